import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { alerting } from '../../sandbox/alerting/state.ts';
import { projectResource } from '../../sandbox/core/iam.ts';
import { grant } from '../../sandbox/core/policies.ts';
import type { PostureFacts } from '../../src/domain/posture/facts.ts';
import { protections } from '../../src/domain/posture/protections.ts';
import { matches, parsePattern } from '../../src/gcp/source/ignore-pattern.ts';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { postureWith, read } from '../support/posture-facts.ts';
import { runCli } from '../support/run-cli.ts';

/** The repairs of the posture that are no commands of gcloud. */

let client: Client;
let folder: string;
beforeAll(async () => {
  client = await openSandbox({});
  await client.deploy('ocr', inline(200));
  const { env, world } = client.sandbox;
  // What a person has who keeps alerts.
  const person = `serviceAccount:${env.SERVICE_ACCOUNT}`;
  grant(world.policies, projectResource(world), 'roles/monitoring.editor', person);
  folder = mkdtempSync(join(tmpdir(), 'bs-posture-repairs-'));
  copyFileSync(
    join(import.meta.dirname, '../../examples/backstay.slo.yaml'),
    join(folder, 'backstay.slo.yaml'),
  );
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await client.sandbox.stop();
});

const holesOf = (id: string, facts: PostureFacts) =>
  protections.find((one) => one.id === id)?.judge(facts).holes ?? [];

test('the printed command makes the alerts of the service, and a second look finds nothing to do', async () => {
  const { project, region, world } = client.sandbox;
  const name = `projects/${project}/notificationChannels/1`;
  const facts = postureWith({
    alerts: read([], 'GET alertPolicies'),
    channels: read([{ name: `${name}0`, enabled: false }, { name }], 'GET notificationChannels'),
  });
  const service = `projects/${project}/locations/${region}/services/ocr`;
  Object.assign(facts.exposure.target, { project, region, name: 'ocr', service });
  const [hole] = holesOf('posture-alerts', facts);
  const [command = '', ...others] = hole?.commands ?? [];
  expect(others).toEqual([]);
  // The package comes from our repository. Its name alone would be the package of a stranger.
  const [, words = ''] = /^npx --yes github:backstay-release\/backstay (.+)$/.exec(command) ?? [];
  const argv = words.split(' ');
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _u, ACTIONS_ID_TOKEN_REQUEST_TOKEN: _t, ...env } = client.sandbox.env;
  const made = await runCli(argv, { env, cwd: folder });
  expect([made.code, made.code === 0 ? '' : made.out + made.err]).toEqual([0, '']);
  const policies = [...alerting(world).policies.values()];
  expect(policies.length).toBeGreaterThan(0);
  expect(JSON.stringify(policies)).toContain(name);
  expect(JSON.stringify(policies)).toContain('ocr');
  const again = await runCli(
    argv.map((word) => word.replace(/^apply$/, 'verify')),
    { env, cwd: folder },
  );
  expect([again.code, again.code === 0 ? '' : again.out + again.err]).toEqual([0, '']);
});

test.each(['config/.env', 'gha-creds-0123.json', 'keys/a [1].p12'])(
  'the line for %s leaves out that file and no other one, and no command makes a new .gcloudignore',
  (path) => {
    const [hole] = holesOf('posture-upload', postureWith({ upload: read(['main.py', path], 'POST f') }));
    const [, line = ''] = /^Add the line (.+) to \.gcloudignore in the folder/.exec(hole?.fix ?? '') ?? [];
    const pattern = parsePattern(line);
    if (!pattern) throw new Error(`No pattern: ${line}`);
    const leftOut = [path, 'main.py', `other/${path}`, `${path}.example`].filter((one) =>
      matches(pattern, one.split('/'), false),
    );
    expect([leftOut, hole?.commands ?? []]).toEqual([[path], []]);
  },
);
