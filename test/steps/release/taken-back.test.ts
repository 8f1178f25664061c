import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type LogEntry, logStore } from '../../../sandbox/logs/store.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** Few users, so that the errors of one bad canary spend the whole error budget. They must not block the repair. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

// Every request of a user is a real one and needs the processor, so there are no more than the watch needs to decide.
const users = { function: 'repaired', rps: 20, seconds: 3600 };
const name = users.function;
const inputs = {
  ...{ slo: '99%', source: 'logs', budget_window: '1d', on_exhausted: 'block', smoke_suite: 'none' },
  ...{ canary: '50%', step_duration: '60s', duration: '60s', poll_interval: '2s', verify_duration: '10s' },
};

test('the repair of a canary that was taken back is released, and so is what follows it', async () => {
  const first = await world.release(name, world.good(), {
    inputs: { step_duration: '1s', duration: '1s', canary: 'none' },
  });
  expect(first.report.outcome).toBe('promoted');
  await world.control('POST', '/load', users);

  const bad = await world.release(name, world.bad(), { inputs });
  expect([bad.report.outcome, bad.report.verdict]).toEqual(['rolled_back', 'fail']);
  const revision = String((bad.report.evidence.release as ReleaseFacts).candidate);
  expect((await world.record(name))?.failed).toEqual([revision]);

  const repair = await world.release(name, world.good(), { inputs });
  expect([repair.report.outcome, repair.exitCode]).toEqual(['promoted', 0]);
  const { budget } = repair.report.evidence;
  expect(budget).toMatchObject({ takenBack: { revisions: [revision] } });
  // Without the exception, these errors are more than the budget of all requests so far.
  expect(budget?.takenBack?.bad).toBeGreaterThan(
    Math.max(...(budget?.objectives ?? []).map(({ window }) => (window?.total ?? 0) * 0.01)),
  );
  expect(repair.log.join('\n')).toContain(`of ${revision} do not count, because a release took it back`);

  const next = await world.release(name, world.good(), { inputs });
  expect(next.report.outcome).toBe('promoted');

  await world.control('DELETE', '/load');
});

test('the errors of a revision that no release took back do count', async () => {
  await world.control('POST', '/load', users);
  const own = await world.release(name, world.bad(), {
    inputs: { ...inputs, slo: 'none', canary: 'none', duration: '20s' },
  });
  expect(own.report.outcome).toBe('promoted');
  // On a busy machine, few users get through in this time. Ten times the budget leaves no doubt.
  const answers = () => logStore(world.sandbox.world).entries.map(({ entry }) => entry);
  const revisionOf = ({ resource }: LogEntry) => resource.labels.revision_name;
  const isBad = (entry: LogEntry) =>
    entry.httpRequest?.status === 500 && revisionOf(entry) === own.outputs.revision;
  while (answers().filter(isBad).length < answers().length * 0.1) await world.clock.sleep(5000);
  const blocked = await world.release(name, world.good(), { inputs });
  await world.control('DELETE', '/load');
  expect([blocked.report.outcome, blocked.report.findings.map(({ rule }) => rule)]).toEqual([
    'blocked',
    expect.arrayContaining(['budget-exhausted']),
  ]);
});
