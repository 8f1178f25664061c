import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import type { WatchEvidence } from '../../../src/steps/watch/evidence.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

/** A classical rule may decide a release. The rule acts, and the report still has the evidence. */
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

const first = { step_duration: '1s', duration: '1s', canary: 'none' };

test('policy: threshold takes a release back when the threshold is crossed, not before', async () => {
  const served = await world.release('rule', world.good(), { inputs: first });
  const load = { function: 'rule', rps: 20, seconds: 3600 };
  await fetch(`${world.sandbox.control}/load`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(load),
  });
  const inputs = {
    slo: '95%',
    smoke_suite: 'none',
    canary: '50%',
    step_duration: '90s',
    poll_interval: '2s',
    verify_duration: '0s',
    on_exhausted: 'warn',
    policy: 'threshold',
    threshold_rate: '20%',
    threshold_window: '30s',
    threshold_failures: '0',
  };
  const ran = await world.release('rule', world.bad(), { inputs });
  expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
  expect(ran.report.reason).toContain('The threshold rule took it back');
  const segment = (ran.report.evidence.release as ReleaseFacts).segments.at(-1);
  expect(segment?.evidence as WatchEvidence).toMatchObject({ rule: 'threshold', blame: 'unknown' });
  expect(await world.serving('rule')).toEqual([{ revision: String(served.outputs.revision), percent: 100 }]);
});

test('settings that contradict a rule are refused before anything is sent', async () => {
  const inputs = { slo: '95%', policy: 'majority', threshold_window: '0s', threshold_failures: '-1' };
  const { report, exitCode } = await world.release('none', world.good(), { inputs });
  expect(exitCode).toBe(1);
  for (const name of ['policy', 'threshold_window', 'threshold_failures'])
    expect(report.reason).toContain(name);
});
