import { describe, expect, test } from '@jest/globals';
import type { Log } from '../../src/steps/ports.ts';
import { type WatchRequest, watch } from '../../src/steps/watch.ts';
import { type FakeSourceOptions, fakeSource, randomCounts, seeded } from '../support/fake-source.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Scene {
  /** Requests a second of the whole service. */
  rps?: number;
  share?: number;
  /** Chance of a bad answer, by second since the shift. */
  candidate?: (second: number) => number;
  baseline?: (second: number) => number;
  source?: FakeSourceOptions;
  request?: Partial<WatchRequest>;
}

async function run(scene: Scene) {
  const clock = new VirtualClock();
  const random = seeded(7);
  const { rps = 20, share = 0.5, candidate = () => 0.001, baseline = () => 0.001 } = scene;
  const start = clock.now();
  const lines: string[] = [];
  const log: Log = {
    line: (text) => lines.push(text),
    warning: (text) => lines.push(text),
    detail: () => {},
    debug: () => {},
  };
  const phase = share < 1 ? 'split' : 'full';
  const source = fakeSource(
    clock,
    (revision, at) => {
      const second = (at - start) / 1000;
      if (revision === 'new-2') return randomCounts(random, rps * share, candidate(second));
      return randomCounts(random, rps * (1 - share), baseline(second));
    },
    scene.source,
  );
  const result = await watch(
    { clock, log, source },
    {
      service: 'projects/p/locations/r/services/ocr',
      candidate: 'new-2',
      baseline: phase === 'split' ? 'old-1' : undefined,
      share,
      phase,
      objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
      durationSeconds: 600,
      ...scene.request,
    },
  );
  return { result, lines, clock, source, log, seconds: (clock.now() - start) / 1000 };
}

describe('one step of a release', () => {
  test('a bad candidate is taken back within two looks, and blamed', async () => {
    const { result, seconds } = await run({ candidate: () => 0.5 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
    expect(seconds).toBeLessThanOrEqual(20);
    expect(result.reason).toMatch(/of \d+ requests failed on new-2 \(\d/);
  });

  test('a good candidate passes early, not before the dwell time', async () => {
    const { result, seconds } = await run({ rps: 100 });
    expect(result).toMatchObject({ verdict: 'pass', blame: 'none', next: 'go_on' });
    expect(seconds).toBe(60);
  });

  test('at 100 % it takes two minutes, and nobody can be blamed for sure', async () => {
    expect((await run({ rps: 100, share: 1 })).seconds).toBe(120);
    const { result } = await run({ share: 1, candidate: () => 0.3 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'unknown', next: 'roll_back' });
  });

  test('two horizons must have passed as well', async () => {
    const { seconds } = await run({ rps: 100, source: { lagMs: 60_000 } });
    expect(seconds).toBeGreaterThanOrEqual(120);
  });

  test('silence is neither health nor guilt', async () => {
    const { result } = await run({ rps: 0 });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests', next: 'go_on' });
    expect(result.reason).toContain('no regression could have been seen');
    const held = await run({ rps: 0, request: { policy: { too_few_requests: 'hold' } } });
    expect(held.result.next).toBe('hold');
  });

  test('an outage of the platform hits both and is blamed on nobody', async () => {
    const outage = (second: number) => (second > 30 && second < 90 ? 0.4 : 0.001);
    const { result } = await run({ candidate: outage, baseline: outage, share: 0.1, rps: 100 });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      open: 'platform',
      next: 'hold',
      blame: 'platform',
    });
  });

  test('a source that cannot be read is blindness', async () => {
    const failing = (): Error => new Error('503');
    const { result, lines } = await run({ source: { failing } });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(lines.filter((line) => line.includes('cannot see'))).toHaveLength(1);
  });

  test('a short gap in the readings changes nothing', async () => {
    let polls = 0;
    const failing = () => (++polls === 2 ? new Error('reset') : undefined);
    expect((await run({ rps: 100, source: { failing } })).result.verdict).toBe('pass');
  });
});
