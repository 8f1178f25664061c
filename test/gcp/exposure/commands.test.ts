import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enableInvokerCheck, removeBinding, showPolicy } from '../../../src/domain/exposure/commands.ts';
import type { Level } from '../../../src/domain/exposure/facts.ts';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { roleFor } from '../../../src/domain/exposure/policy/least-privilege.ts';
import { factsWith, read } from '../../support/exposure-facts.ts';
import { findGcloud, runGcloud } from '../../support/gcloud.ts';
import { type GuardWorld, guardWorld } from '../../support/guard-world.ts';

/** A real gcloud understands every command that the guard prints. The most important one is also run. */
const gcloud = findGcloud();
const target = {
  project: 'p-one',
  region: 'us-central1',
  name: 'ocr',
  service: 'projects/p-one/locations/us-central1/services/ocr',
};
const places: Record<Level, string> = {
  service: target.service,
  function: 'projects/p-one/locations/us-central1/functions/ocr',
  project: 'projects/p-one',
  folder: 'folders/123',
  organization: 'organizations/456',
  account: 'projects/-/serviceAccounts/invoker@p-one.iam.gserviceaccount.com',
  iap: 'projects/1/iap_web/cloud_run-us-central1/services/ocr',
  source: 'gcf-v2-sources-1-us-central1',
  images: 'projects/p-one/locations/us-central1/repositories/gcf-artifacts',
};

function commands(): string[] {
  const levels = Object.entries(places) as [Level, string][];
  const member = `principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*`;
  const role = roleFor(['run.services.getIamPolicy', 'resourcemanager.folders.getIamPolicy'], {
    project: 'p-one',
    ancestors: [{ type: 'organization', id: '456' }],
  });
  const prevention = judge(
    factsWith({
      more: {
        orgPolicies: [
          { constraint: 'run.managed.requireInvokerIam', reading: read({ enforced: false }, 'GET') },
        ],
      },
    }),
  ).findings;
  const insecure = judge(factsWith({ function: { securityLevel: 'SECURE_OPTIONAL' } })).findings;
  const fixes = [...prevention, ...insecure].flatMap(({ commands = [] }) =>
    commands.flatMap((command) => command.match(/gcloud .*$/) ?? []),
  );
  expect(fixes).toHaveLength(2);
  return [
    ...levels.map(([level, resource]) =>
      removeBinding(level, resource, 'roles/run.invoker', 'allUsers', target, false),
    ),
    ...levels.map(([level, resource]) =>
      removeBinding(level, resource, 'projects/p-one/roles/x', member, target, true),
    ),
    ...levels
      .filter(([level]) => level !== 'source' && level !== 'images')
      .map(([level, resource]) => showPolicy(level, resource, target)),
    enableInvokerCheck(target),
    ...(role?.commands ?? []),
    ...fixes,
    'gcloud functions list --project=p-one',
  ];
}

let folder: string;
let w: GuardWorld;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bs-commands-'));
  w = await guardWorld();
}, 30_000);
afterAll(async () => {
  await w?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Linted {
  command_string: string;
  success: boolean;
  error_message: string | null;
}

if (!gcloud) test.skip('skipped: no gcloud on this machine', () => undefined);
else {
  test('gcloud parses every command', async () => {
    const file = join(folder, 'commands.json');
    const all = [...commands(), 'gcloud functions list --no-such-flag'];
    writeFileSync(file, JSON.stringify(all.map((command_string, id) => ({ command_string, id }))));
    const { output } = await runGcloud(
      gcloud,
      ['meta', 'lint-gcloud-commands', `--commands-file=${file}`],
      {},
    );
    const linted = JSON.parse(output.slice(output.indexOf('['), output.lastIndexOf(']') + 1)) as Linted[];
    expect(linted.map(({ command_string }) => command_string)).toHaveLength(commands().length + 1);
    const refused = linted.filter(({ success }) => !success);
    // The last command is wrong on purpose, to check that gcloud's linter notices.
    expect(refused.map(({ command_string, error_message }) => `${command_string}: ${error_message}`)).toEqual(
      [expect.stringContaining('--no-such-flag')],
    );
  }, 60_000);

  test('the printed command closes what the guard may not close', async () => {
    w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers', 'user:kept@example.com'] });
    const refused = await w.guard({ mode: 'enforce' }, w.sandbox.env.READER_SERVICE_ACCOUNT);
    expect(refused).toMatchObject({ exposure: 'public', outcome: 'exposed' });
    const [, ...args] = (refused.findings[0]?.commands?.[0] ?? '').split(' ');
    const { code, output } = await runGcloud(gcloud, args, w.sandbox.env);
    expect(code === 0 ? '' : output).toBe('');
    expect(w.sandbox.world.policies.get(w.policy).bindings).toEqual([
      { role: 'roles/run.invoker', members: ['user:kept@example.com'] },
    ]);
    expect(await w.guard()).toMatchObject({ exposure: 'private' });
  }, 60_000);
}
