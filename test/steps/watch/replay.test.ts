import { describe, expect, test } from '@jest/globals';
import { readReplay, recordingIn } from '../../../src/domain/watch/replay/replay.ts';
import { burnRateRule } from '../../../src/domain/watch/rules.ts';
import type { WatchEvidence } from '../../../src/steps/watch/evidence.ts';
import { replayWatch } from '../../../src/steps/watch/replay.ts';
import { run, type Scene } from '../../support/watch-scene.ts';

/** `run` itself replays every watch and expects the same verdict, reason and next step. */

const recordedOf = (evidence: WatchEvidence) => {
  const parsed = readReplay(recordingIn(JSON.parse(JSON.stringify({ evidence: { watch: evidence } }))));
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.replay.steps ?? [];
};

describe('a recording comes to the verdict of the live watch', () => {
  const threshold = { kind: 'threshold', maxRate: 0.2, windowSeconds: 60, failuresAllowed: 0 } as const;
  test.each<[string, Scene, string, string | undefined, string]>([
    ['it passed early', { rps: 100 }, 'pass', undefined, 'go_on'],
    ['it failed', { candidate: () => 0.5 }, 'fail', undefined, 'roll_back'],
    ['it was blind', { source: { failing: () => new Error('503') } }, 'inconclusive', 'blind', 'hold'],
    ['the candidate starved', { rps: 50, quietCandidate: 0.05 }, 'inconclusive', 'blind', 'hold'],
    [
      'too few, and the policy is to hold',
      { rps: 0, request: { policy: { too_few_requests: 'hold' } } },
      'inconclusive',
      'too_few_requests',
      'hold',
    ],
    ['a classical rule passed', { request: { rule: burnRateRule } }, 'pass', undefined, 'go_on'],
    [
      'a classical rule fired',
      { candidate: () => 0.6, request: { rule: threshold } },
      'fail',
      undefined,
      'roll_back',
    ],
    ['it stayed the whole time', { rps: 100, request: { until: 'duration' } }, 'pass', undefined, 'go_on'],
  ])('%s', async (_, scene, verdict, open, next) => {
    const { result } = await run(scene);
    expect(result).toMatchObject({ verdict, open, next });
    expect(replayWatch(recordedOf(result.evidence), {})).toMatchObject({
      verdict,
      open,
      next,
      reason: result.reason,
    });
  });

  test('another objective, rule or policy judges the same counts differently', async () => {
    const { result } = await run({ rps: 100, candidate: () => 0.03, baseline: () => 0.03, share: 0.1 });
    expect(result.verdict).toBe('inconclusive');
    const steps = recordedOf(result.evidence);
    expect(replayWatch(steps, { slo: 0.9 })).toMatchObject({ verdict: 'pass' });
    expect(replayWatch(steps, { policy: { platform: 'roll_back' } })).toMatchObject({ next: 'roll_back' });
    const rule = { kind: 'threshold', maxRate: 0.01, windowSeconds: 60, failuresAllowed: 0 } as const;
    expect(replayWatch(steps, { rule })).toMatchObject({ verdict: 'fail' });
  });

  test('a recording whose state is not one of a watch is refused', async () => {
    const { result } = await run({ rps: 100 });
    const file = JSON.parse(JSON.stringify(result.evidence.replay));
    file.steps[0].start.plan.tests[0].limit = 0.2;
    expect(readReplay(file)).toEqual({ problems: [expect.stringMatching(/^steps\.0\.start/)] });
  });
});
