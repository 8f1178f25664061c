import { describe, expect, test } from '@jest/globals';
import { judgeReplay, readReplay, recordingIn } from '../../../src/domain/watch/replay/replay.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { fakeSource } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { run, type Scene } from '../../support/watch-scene.ts';

describe('one canary step', () => {
  test('a bad candidate is taken back within two looks and is blamed', async () => {
    const { result, seconds } = await run({ candidate: () => 0.5 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
    expect(seconds).toBeLessThanOrEqual(20);
    expect(result.reason).toMatch(/of \d+ requests failed on new-2 \(\d/);
  });

  test('a good candidate passes early, but not before the dwell time', async () => {
    const { result, seconds } = await run({ rps: 100 });
    expect(result).toMatchObject({ verdict: 'pass', blame: 'none', next: 'go_on' });
    expect(seconds).toBe(60);
  });

  test('at 100 % a pass takes two minutes, and a failure does not say for sure what to blame', async () => {
    expect((await run({ rps: 100, share: 1 })).seconds).toBe(120);
    const { result } = await run({ share: 1, candidate: () => 0.3 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'unknown', next: 'roll_back' });
  });

  test('a pass also takes twice the lag of the source', async () => {
    const { seconds } = await run({ rps: 100, source: { lagMs: 60_000 } });
    expect(seconds).toBeGreaterThanOrEqual(120);
  });

  test('no requests prove nothing, good or bad', async () => {
    const { result } = await run({ rps: 0 });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests', next: 'go_on' });
    expect(result.reason).toContain('so nothing was checked');
    const held = await run({ rps: 0, request: { policy: { too_few_requests: 'hold' } } });
    expect(held.result.next).toBe('hold');
  });

  test('an outage of the platform hits both revisions, and neither is blamed', async () => {
    const outage = (second: number) => (second > 30 && second < 90 ? 0.4 : 0.001);
    const { result } = await run({ candidate: outage, baseline: outage, share: 0.1, rps: 100 });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      open: 'platform',
      next: 'hold',
      blame: 'platform',
    });
  });

  test('a source that cannot be read ends the watch as blind', async () => {
    const failing = (): Error => new Error('503');
    const { result, lines } = await run({ source: { failing } });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(lines.filter((line) => line.includes('cannot be read at the moment'))).toHaveLength(1);
  });

  test('a candidate that is worse than before but inside its objective ends undecided, and the reason says so', async () => {
    const { result } = await run({
      rps: 200,
      candidate: () => 0.006,
      baseline: () => 0.001,
      request: { durationSeconds: 120 },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests', next: 'go_on' });
    expect(result.reason).toMatch(
      /seems to fail more often than old-1 \(odds .* to 1\), but [\d ]+ requests do not show/,
    );
  });

  test('a short gap in the readings changes nothing', async () => {
    let polls = 0;
    const failing = () => (++polls === 2 ? new Error('reset') : undefined);
    expect((await run({ rps: 100, source: { failing } })).result.verdict).toBe('pass');
  });

  test('policies decide what follows if there is no decision, but a step that is not the last goes on', async () => {
    const policy = { too_few_requests: 'roll_back', blind: 'promote' } as const;
    expect((await run({ rps: 0, request: { policy } })).result.next).toBe('roll_back');
    expect((await run({ rps: 0, request: { policy, last: false } })).result.next).toBe('go_on');
    const failing = (): Error => new Error('503');
    expect((await run({ source: { failing }, request: { policy } })).result.next).toBe('go_on');
  });

  test.each([
    [{ kind: 'burn-rate', fewestBad: 10 }, 'fail'],
    [{ kind: 'threshold', maxRate: undefined, windowSeconds: 60, failuresAllowed: 3 }, 'fail'],
    [{ kind: 'threshold', maxRate: 0.5, windowSeconds: 60, failuresAllowed: 3 }, 'pass'],
  ] as const)('the classical rule %j gives %s on 10 %% errors', async (rule, verdict) => {
    const { result } = await run({ candidate: () => 0.1, request: { rule } });
    expect(result).toMatchObject({ verdict, blame: verdict === 'fail' ? 'unknown' : 'none' });
  });

  test.each<[string, Scene]>([
    [
      'stops answering',
      { source: { failing: (now) => (now > Date.UTC(2026, 10, 22, 12, 1) ? new Error('503') : undefined) } },
    ],
    ['shows a starving candidate', { rps: 100, quietCandidate: 0.01 }],
  ])('a classical rule does not pass if the source %s', async (_, scene) => {
    const rule = { kind: 'threshold', maxRate: 0.5, windowSeconds: 60, failuresAllowed: 3 } as const;
    for (const until of ['pass', 'duration'] as const) {
      const { result } = await run({ ...scene, request: { rule, until } });
      expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    }
  });

  test('judging the recording again gives the same decision', async () => {
    const { result } = await run({
      candidate: (second) => (second > 100 ? 0.2 : 0),
      request: { until: 'duration' },
    });
    const parsed = readReplay(recordingIn({ evidence: { watch: result.evidence } }));
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    expect(judgeReplay(parsed.replay)).toMatchObject({
      verdict: 'fail',
      blame: 'release',
      decidedAtSeconds: result.decidedAtSeconds,
    });
  });

  test('a clock that is set back does not stop the looks', async () => {
    class PutBack extends VirtualClock {
      override now = () => super.now() - (super.now() > Date.UTC(2026, 10, 22, 12, 1) ? 3_600_000 : 0);
    }
    const clock = new PutBack();
    let looks = 0;
    const log: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
    const source = fakeSource(clock, () => ({ total: 20, bad: 0 }));
    const abort = new AbortController();
    const onProgress = () => ++looks >= 30 && abort.abort(new Error('enough'));
    const request = {
      service: 'ocr',
      candidate: 'new-2',
      share: 1,
      phase: 'full',
      durationSeconds: 600,
    } as const;
    const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
    await expect(
      watch(
        { clock, log, source },
        { ...request, objectives, until: 'duration', onProgress, signal: abort.signal },
      ),
    ).rejects.toThrow('enough');
    // After the clock was set back, the looks go on every ten seconds instead of stopping for an hour.
    expect(clock.now()).toBeLessThan(Date.UTC(2026, 10, 22, 11, 6));
  });

  test('a cancelled run ends at once', async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('cancelled'));
    await expect(run({ request: { signal: abort.signal, onProgress } })).rejects.toThrow('cancelled');
  });
});
