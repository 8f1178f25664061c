import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { checkReplay, replayDifferences } from '../../scripts/gallery/replayed.ts';
import type { Report } from '../../src/domain/report/report.ts';
import { type FastTime, installFastTime } from '../support/fast-time.ts';
import { ReleaseWorld } from '../support/release-world.ts';

/** The check that every story, every release in process and every process test makes of its report. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
let report: Report<'release'>;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
  await world.release('again', world.good(), { inputs: { step_duration: '1s', duration: '1s' } });
  await world.control('POST', '/load', { function: 'again', rps: 60, seconds: 3600 });
  const ran = await world.release('again', world.good(), {
    inputs: { slo: '90%', canary: '10%,50%', step_duration: '40s', duration: '40s', poll_interval: '2s' },
  });
  report = ran.report;
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const segments = (changed: Report<'release'>) => changed.evidence.release?.segments ?? [];

test('each step of a release is replayed to the same verdict, reason and next step', () => {
  expect(segments(report).map(({ next }) => next)).toEqual(['go_on', 'go_on', 'go_on']);
  expect(replayDifferences(report)).toEqual([]);
});

test.each([
  ['another verdict', { verdict: 'fail' }],
  ['another reason', { reason: 'no reason' }],
  ['another next step', { next: 'hold' }],
] as const)('%s of any step is found', (_, change) => {
  for (const i of [0, 1, 2]) {
    const copy = structuredClone(report);
    Object.assign(segments(copy)[i] ?? {}, change);
    expect(replayDifferences(copy)).toHaveLength(1);
    expect(() => checkReplay(copy)).toThrow('But it was said');
  }
});
