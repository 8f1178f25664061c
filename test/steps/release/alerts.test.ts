import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** An open alert on the service ends a release before its first write. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const short = { step_duration: '1s', duration: '1s', canary: 'none', slo: 'none', smoke_suite: 'none' };
const policy = { displayName: '5xx of the service', severity: 'ERROR' };
const opened = (service: string, more: object = {}) => ({
  openTime: new Date(time.now() - 300_000).toISOString(),
  resource: { type: 'cloud_run_revision', labels: { service_name: service, location: world.sandbox.region } },
  policy,
  ...more,
});
const setAlerts = async (alerts: object[]) => {
  const answer = await world.control('PATCH', '/settings', { alerts });
  expect(answer.status).toBe(200);
};
beforeEach(() => setAlerts([]));

test('an open alert blocks the release before it changes anything, and says which and what to do', async () => {
  await setAlerts([opened('other'), opened('alerted')]);
  const ran = await world.release('alerted', world.good(), { inputs: short });
  expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual(['blocked', 'fail', 1]);
  expect(ran.report.reason).toContain('An alert is open on alerted: "5xx of the service" (error, open for ');
  expect(ran.report.reason).toContain('Nothing was changed.');
  expect(await world.service('alerted')).toBeUndefined();
  expect(ran.report.evidence.alerts?.open).toHaveLength(1);
  expect(ran.report.timings.at(-1)?.stage).toBe('Open alerts');
  expect(summaryOf(ran.report, releaseView)).toMatch(/set alert(_|&#95;)override to the reason/);
});

test('a reason lets it pass and stays in report and summary; a closed alert stops nothing', async () => {
  const why = 'repairs the outage of ticket 4711';
  await setAlerts([opened('passed')]);
  const ran = await world.release('passed', world.good(), { inputs: { ...short, alert_override: why } });
  expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
  expect(ran.report.evidence.alerts).toMatchObject({ override: why });
  expect(summaryOf(ran.report, releaseView)).toContain(why);
  await setAlerts([opened('passed', { state: 'CLOSED', closeTime: new Date(time.now()).toISOString() })]);
  const calm = await world.release('passed', world.good(), { inputs: short });
  expect(calm.report.outcome).toBe('promoted');
  expect(calm.report.evidence.alerts).toMatchObject({ onAlert: 'fail', open: [] });
  expect(calm.report.findings.map(({ rule }) => rule)).not.toContain('alert-open');
});

test('an open alert behind two pages of closed ones is found', async () => {
  const closed = Array.from({ length: 2100 }, () =>
    opened('deep', { state: 'CLOSED', openTime: new Date(time.now()).toISOString() }),
  );
  await setAlerts([...closed, opened('deep')]);
  const ran = await world.release('deep', world.good(), { inputs: { ...short, on_alert: 'fail' } });
  expect(ran.report.outcome).toBe('blocked');
});

test('warn says it and goes on, a dry run says what a release would do, ignore does not ask', async () => {
  await setAlerts([opened('warned')]);
  const dry = await world.release('warned', world.good(), { inputs: { ...short, dry_run: 'true' } });
  expect(dry.report.evidence.release?.warnings).toEqual([
    expect.stringContaining('A release would stop: An alert is open on warned'),
  ]);
  const warned = await world.release('warned', world.good(), { inputs: { ...short, on_alert: 'warn' } });
  expect(warned.report.outcome).toBe('promoted');
  expect(warned.report.evidence.release?.warnings).toEqual([expect.stringContaining('An alert is open on')]);
  const asked: string[] = [];
  const restore = world.onCalls(({ path }) => {
    if (path.includes('/alerts')) asked.push(path);
    return undefined;
  });
  const ignored = await world.release('warned', world.good(), { inputs: { ...short, on_alert: 'ignore' } });
  restore();
  expect([ignored.report.outcome, asked]).toEqual(['promoted', []]);
});

test.each([
  ['a missing permission', { status: 403 }, 'lacks monitoring.alerts.list'],
  ['an answer that is no list', { status: 200, body: { alerts: 'none' } }, 'alerts is a string, not a list'],
])('%s is told by default, and stops a user who chose fail', async (_, fault, text) => {
  const restore = world.onCalls(({ path }) => (path.includes('/alerts') ? fault : undefined));
  try {
    const usual = await world.release('unread', world.good(), { inputs: short });
    expect(usual.report.outcome).toBe('promoted');
    expect(usual.report.evidence.release?.warnings).toEqual([expect.stringContaining(text)]);
    expect(usual.report.findings.map(({ rule }) => rule)).toContain('alerts-unread');
    const chosen = await world.release('unread', world.good(), { inputs: { ...short, on_alert: 'fail' } });
    expect([chosen.report.outcome, chosen.exitCode]).toEqual(['blocked', 1]);
    expect(chosen.report.reason).toContain(text);
  } finally {
    restore();
  }
});
