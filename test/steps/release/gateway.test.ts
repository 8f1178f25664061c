import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { grant } from '../../../sandbox/core/policies.ts';
import { addAccount } from '../../../sandbox/identity/state.ts';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';
import type { CheckRow } from '../../../src/domain/preflight/row.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { gatewayRole } from '../../../src/domain/setup/roles.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type DoorWorld, doorWorld } from '../../support/door-world.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { pasteGrant } from '../../support/paste-grant.ts';
import type { ReleaseWorld } from '../../support/release-world.ts';

/** The gateway as a stage of a release: judged first, moved at 100 %, and taken back after the traffic. */
jest.setTimeout(300_000);
let time: FastTime;
let door: DoorWorld;
let world: ReleaseWorld;
let hold: DoorWorld['hold'];
let write: DoorWorld['write'];
let serving: DoorWorld['serving'];
beforeAll(async () => {
  time = installFastTime(10);
  door = await doorWorld(time.clock);
  ({ world, hold, write, serving } = door);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const gateway = () => door.gateway();
const release = (backend?: string) => world.release('door', world.good(), door.options(backend));

test('a document that opens a path ends the release before its first write', async () => {
  const before = await serving();
  write('first', '[]');
  const ran = await release();
  expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
  expect(ran.report.reason).toMatch(/GET \/first needs no credential/);
  expect(ran.report.timings.at(-1)?.stage).toBe('Gateway');
  expect(await serving()).toBe(before);
  expect(gateway()).toBeUndefined();
});

test('with a good document the gateway is made, moved and proved once the new revision has all traffic', async () => {
  write('first');
  const made = await release();
  expect([made.report.reason, made.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect(made.report.evidence.gateway).toMatchObject({ did: 'created' });
  const config = gateway()?.apiConfig;
  write('second');
  const moved = await release();
  expect(moved.report.outcome).toBe('promoted');
  expect(moved.report.evidence.gateway).toMatchObject({ did: 'moved' });
  expect(gateway()?.apiConfig).not.toBe(config);
  const stages = moved.report.timings.map(({ stage }) => stage);
  expect(stages.indexOf('Gateway')).toBeGreaterThan(stages.indexOf('Watch 100 %'));
  const summary = summaryOf(moved.report, releaseView);
  expect(summary).toContain('Gateway: moved');
  expect(JSON.stringify(moved.report)).not.toContain('AIza-key');
});

test('a gateway that cannot be proved takes the release back, traffic and gateway', async () => {
  const before = await serving();
  const config = gateway()?.apiConfig;
  write('third', undefined, 'http://127.0.0.1:9');
  const ran = await release();
  expect(ran.report.outcome).toBe('rolled_back');
  expect(ran.report.reason).toMatch(/gateway was not released/);
  expect(await serving()).toBe(before);
  expect(gateway()?.apiConfig).toBe(config);
});

test('a release that fails after its gateway has moved takes the gateway back after the traffic', async () => {
  const before = await serving();
  const config = gateway()?.apiConfig;
  write('fourth');
  // The last write of the release comes after the gateway. It is refused once, so the release goes back.
  let refused = 0;
  const stop = world.onCalls(({ write: isWrite, path }) => {
    const isLast = isWrite !== undefined && path.includes('traffic') && gateway()?.apiConfig !== config;
    return isLast && refused++ === 0 ? { status: 403 } : undefined;
  });
  const ran = await release();
  stop();
  expect(refused).toBeGreaterThan(0);
  expect(ran.report.outcome).toBe('rolled_back');
  expect(await serving()).toBe(before);
  expect(gateway()?.apiConfig).toBe(config);
  const stages = ran.report.timings.map(({ stage }) => stage);
  expect(stages.slice(stages.indexOf('Gateway'))).toEqual(
    expect.arrayContaining(['Gateway', 'Promote', 'Gateway back']),
  );
  expect(ran.report.actions_taken.at(-1)?.what).toMatch(/^Moved the gateway front back/);
});

const rowsOf = (isStop: boolean) =>
  permissionChecks
    .filter(({ stage, on }) => stage === 'Gateway' && on === 'project')
    .filter(({ weight }) => (weight === 'stop') === isStop);

test.each(rowsOf(true))(
  'without $permission the release ends before its first write',
  async ({ permission }) => {
    const before = [await serving(), gateway()?.apiConfig];
    hold(gatewayRole.permissions.filter((one) => one !== permission));
    const ran = await release();
    hold(gatewayRole.permissions);
    expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
    expect(missingIn(ran.report)).toEqual([permission]);
    expect([await serving(), gateway()?.apiConfig]).toEqual(before);
  },
);

test('an account of the gateway that this identity may not act as ends the release before its first write', async () => {
  const { project, region, world: inner } = world.sandbox;
  const { email } = addAccount(inner, `front@${project}.iam.gserviceaccount.com`, 'Front');
  const service = `//run.googleapis.com/projects/${project}/locations/${region}/services/door`;
  grant(inner.policies, service, 'roles/run.invoker', `serviceAccount:${email}`);
  const before = [await serving(), gateway()?.apiConfig];
  const { report } = await release(email);
  expect(report.outcome).toBe('blocked');
  expect(report.reason).toContain(`iam.serviceAccounts.actAs on the gateway account ${email} (gateway)`);
  const commands = report.findings.flatMap((finding) => finding.commands ?? []);
  expect(commands).toEqual([expect.stringContaining(`add-iam-policy-binding ${email} `)]);
  expect([await serving(), gateway()?.apiConfig]).toEqual(before);
  for (const command of commands) pasteGrant(world.sandbox, command);
  write('held');
  const again = await release(email);
  expect([again.report.outcome, again.report.evidence.gateway?.did]).toEqual(['promoted', 'moved']);
});

test('an account of the gateway that does not exist ends the release before its first write', async () => {
  const before = [await serving(), gateway()?.apiConfig];
  const { report } = await release(`nobody@${world.sandbox.project}.iam.gserviceaccount.com`);
  expect(report.outcome).toBe('blocked');
  expect(report.reason).toMatch(/the gateway account nobody@\S+: it does not exist/);
  expect(report.findings[0]?.fix).toMatch(/^Correct backend_service_account/);
  expect([await serving(), gateway()?.apiConfig]).toEqual(before);
});

test('what a release can do without is named in the report, row by row', async () => {
  const notes = rowsOf(false).map(({ permission }) => permission as string);
  hold(gatewayRole.permissions.filter((one) => !notes.includes(one)));
  write('fifth');
  const ran = await release();
  hold(gatewayRole.permissions);
  expect(ran.report.outcome).toBe('promoted');
  expect(missingIn(ran.report).toSorted()).toEqual(notes.toSorted());
});

function missingIn({ evidence }: Awaited<ReturnType<typeof release>>['report']): string[] {
  const rows: readonly CheckRow[] = evidence.preflight?.rows ?? [];
  return rows.flatMap(({ need, state }) =>
    state === 'missing' && need.kind === 'permission' && need.permission.startsWith('apigateway.')
      ? [need.permission]
      : [],
  );
}

test('a gateway whose way back was refused is moved back after the traffic', async () => {
  hold(gatewayRole.permissions);
  const before = await serving();
  const config = gateway()?.apiConfig;
  write('sixth', undefined, 'http://127.0.0.1:9');
  // The first move back is refused. Once the traffic is back, it is tried again.
  const refusal = {
    api: 'apigateway',
    method: 'PATCH',
    path: 'gateways/front',
    nth: 2,
    fault: { status: 403 },
  };
  const faults = `${world.sandbox.control}/faults`;
  await fetch(faults, { method: 'POST', body: JSON.stringify(refusal) });
  const ran = await release();
  await fetch(faults, { method: 'DELETE' });
  expect(ran.report.outcome).toBe('rolled_back');
  expect(await serving()).toBe(before);
  expect(gateway()?.apiConfig).toBe(config);
  expect(ran.report.timings.map(({ stage }) => stage)).toContain('Gateway back');
});
