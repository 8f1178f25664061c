import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { recordsOf } from '../../../sandbox/github/deployment-records.ts';
import { release as releaseAction } from '../../../src/actions/release/release.ts';
import { Client } from '../../sandbox/support/client.ts';
import { Registry } from '../../sandbox/support/image.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** GitHub's linked artifacts say what serves after a release and after a rollback, and never decide how either ends. */

jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
let client: Client;
let registry: Registry;
let serial = 0;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
  client = new Client(world.sandbox);
  registry = new Registry(client);
});
afterEach(async () => {
  await client.control('DELETE', '/faults');
  await client.control('PATCH', '/settings', { githubDeploymentRecords: { mayWrite: true, users: [] } });
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const quick = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };
const asked = { deployment_record: 'true', github_token: 'ghs_token_of_the_job' };
const ofSource = ['source_dir', 'runtime', 'entry_point'];
/** Releases a new image. A revision names its image by the digest. */
async function release(inputs: Record<string, string> = asked, status = 200) {
  const image = await registry.pushInline(`ocr:v${++serial}`, status, { text: `ok ${serial}` });
  const all = Object.entries(world.inputs('ocr', '.')).filter(([name]) => !ofSource.includes(name));
  return world.run(releaseAction, { inputs: { ...Object.fromEntries(all), ...quick, image, ...inputs } });
}
const records = () => [...recordsOf(world.sandbox.world).records.values()];
const imageOf = async (revision: string) => {
  const path = `/v2/${client.parent}/services/ocr/revisions/${revision}`;
  return (await client.api('run', 'GET', path)).body.containers[0].image as string;
};

test('a release records what serves, and the next one of the same service takes its place', async () => {
  expect((await release({})).report.outcome).toBe('promoted');
  expect(records()).toEqual([]);
  const ran = await release();
  expect([ran.report.outcome, ran.report.evidence.release?.warnings]).toEqual(['promoted', []]);
  const digest = (await imageOf(String(ran.outputs.revision))).split('@')[1];
  expect(records()).toMatchObject([
    {
      ...{ digest, status: 'deployed', logical_environment: 'production', deployment_name: 'ocr' },
      ...{ physical_environment: world.sandbox.region, cluster: world.sandbox.project, runtime_risks: [] },
    },
  ]);
  expect(ran.report.actions_taken.at(-1)?.what).toMatch(/^Wrote the deployment record of /);
  const next = await release({ ...asked, deployment_environment: 'production' });
  expect(next.report.outcome).toBe('promoted');
  expect(records()).toHaveLength(1);
  expect(records()[0]?.digest).not.toBe(digest);
  expect(JSON.stringify(next.report)).not.toContain(asked.github_token);
});

test('after the way back, the record has what serves again', async () => {
  const good = await release();
  const digest = records()[0]?.digest;
  const ran = await release({ ...asked, smoke_suite: world.suite() }, 500);
  expect(ran.report.outcome).toBe('smoke_failed');
  expect(records()[0]?.digest).toBe(digest);
  const first = await release();
  const back = await world.rollback('ocr', String(good.outputs.revision), { inputs: asked });
  expect([first.report.outcome, back.report.verdict]).toEqual(['promoted', 'pass']);
  expect(records()[0]?.digest).toBe(digest);
});

test('a service that the guard found open is recorded as exposed', async () => {
  const service = `/v2/${client.parent}/services/ocr`;
  await client.api('run', 'POST', `${service}:setIamPolicy`, {
    policy: { bindings: [{ role: 'roles/run.invoker', members: ['allUsers'] }] },
  });
  const ran = await release({ ...asked, guard_mode: 'verify' });
  expect(ran.report.evidence.release?.exposure).toBe('public');
  expect(records()[0]?.runtime_risks).toEqual(['internet-exposed']);
  await client.api('run', 'POST', `${service}:setIamPolicy`, { policy: { bindings: [] } });
});

test.each([
  ['no right to write', { mayWrite: false }, undefined, /artifact-metadata: write/],
  ['a user without linked artifacts', { users: ['acme'] }, undefined, /a user has none/],
  ['a server that fails', {}, { status: 503 }, /answered 503/],
  ['a connection that breaks', {}, { reset: true }, /did not answer/],
])('%s is a warning, and the release is promoted all the same', async (_, settings, fault, warning) => {
  await client.control('PATCH', '/settings', { githubDeploymentRecords: settings });
  if (fault) {
    const path = 'deployment-record';
    await client.control('POST', '/faults', { api: 'github', method: 'POST', path, times: 9, fault });
  }
  const ran = await release();
  expect([ran.exitCode, ran.report.outcome]).toEqual([0, 'promoted']);
  expect(ran.report.evidence.release?.warnings?.join(' ')).toMatch(warning);
});

test('a dry run tells GitHub nothing', async () => {
  const before = world.sandbox.world.requests.length;
  const ran = await release({ ...asked, dry_run: 'true' });
  expect(ran.exitCode).toBe(0);
  expect(world.sandbox.world.requests.slice(before).filter(({ path }) => path.includes('artifacts'))).toEqual(
    [],
  );
});
