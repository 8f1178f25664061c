import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { logReads } from '../../../sandbox/logs/read-quota.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** Other releases of the project use up its 60 log reads a minute. The sandbox refuses as Google does. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
let stop = () => {};
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterEach(() => stop());
afterAll(async () => {
  await world.close();
  time.restore();
});

const inputs = { step_duration: '60s', duration: '60s', canary: '10%', slo: '99%', source: 'logs' };

/** Other readers: so many reads in the minute before every read of ours, from now on. */
function others(perMinute: number): void {
  const restore = world.onCalls(({ api }) => {
    if (api === 'logging') {
      const { calls } = logReads(world.sandbox.world);
      const now = world.sandbox.world.now();
      const theirs = Array.from({ length: perMinute }, (_, i) => now - (i * 60_000) / perMinute);
      const ours = calls.filter((at) => !theirsBefore.has(at));
      theirsBefore.clear();
      for (const at of theirs) theirsBefore.add(at);
      calls.splice(0, calls.length, ...theirs, ...ours);
    }
    return undefined;
  });
  stop = () => {
    restore();
    logReads(world.sandbox.world).calls.length = 0;
  };
}
const theirsBefore = new Set<number>();

async function served(name: string): Promise<void> {
  const first = await world.release(name, world.good(), { inputs: { step_duration: '1s', duration: '1s' } });
  expect(first.report.outcome).toBe('promoted');
}

test('a quota that leaves three reads a minute: slower, and not held', async () => {
  await served('slower');
  others(57);
  const ran = await world.release('slower', world.good(), { inputs });
  expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
  expect(JSON.stringify(ran.report.evidence)).toContain('use the same quota');
});

test('a quota that is used up is said before anything is changed', async () => {
  await served('early');
  others(60);
  const ran = await world.release('early', world.good(), { inputs });
  expect([ran.report.outcome, ran.exitCode]).toEqual([undefined, 1]);
  expect(ran.report.errors[0]).toMatchObject({ code: 'quota-spent' });
  expect(ran.report.reason).toContain('Nothing was changed.');
});

test('a quota that is used up during the build: nobody is shifted', async () => {
  await served('late');
  const building = world.onCalls((call) => {
    if (world.makesRevision(call)) {
      building();
      others(60);
    }
    return undefined;
  });
  const ran = await world.release('late', world.good(), { inputs });
  expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
  expect(ran.report.verdict).toBe('inconclusive');
  expect(ran.report.reason).toContain('quota of log reads');
  expect(ran.report.reason).toMatch(/No traffic was moved to late-00002-\w+: late-00001-\w+ 100 %\.$/);
  const { shares } = ran.report.evidence.release as ReleaseFacts;
  expect(shares.every(({ percent }) => percent === 0)).toBe(true);
});
