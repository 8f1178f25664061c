import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { random } from '../../../scripts/bench-watch/random.ts';
import {
  type Answer,
  answerOf,
  count,
  fewestCalls,
  isGrowing,
  mostCalls,
  newTally,
  percentileOf,
} from '../../../src/domain/capacity/sequential.ts';

const p95 = { missRate: 0.05, error: 0.005 };
const limitMs = 1000;

/** Tests a configuration whose calls miss with this chance. */
function run(chance: number, next: () => number, asked = p95): { answer: Answer; calls: number } {
  const tally = newTally();
  for (;;) {
    count(tally, { milliseconds: next() < chance ? 2000 : 500, limitMs }, asked);
    const answer = answerOf(tally, asked);
    if (answer) return { answer, calls: tally.calls };
  }
}

describe('a sequential test', () => {
  test('says the same as the likelihood, computed by hand', () => {
    const tally = newTally();
    count(tally, { milliseconds: 999, limitMs }, p95);
    count(tally, { milliseconds: 1001, limitMs }, p95);
    count(tally, { milliseconds: undefined, limitMs }, p95);
    expect(tally.logRatio).toBeCloseTo(Math.log(0.95 / 0.99) + 2 * Math.log(5), 12);
    expect(tally).toMatchObject({ calls: 3, misses: 2 });
  });

  test('without a miss it passes after the fewest calls, and not one earlier', () => {
    expect(run(0, () => 1)).toEqual({ answer: 'keeps', calls: fewestCalls(p95) });
    expect(fewestCalls(p95)).toBe(129);
    expect(mostCalls(p95)).toBe(4 * 129);
  });

  test('calls that all miss are stopped after four', () =>
    expect(run(1, () => 0)).toEqual({ answer: 'misses', calls: 4 }));

  test.each([
    [0.01, 'keeps', 10],
    [0.05, 'misses', 10],
    [0.2, 'misses', 1],
  ] as const)(
    'of 1,000 configurations that miss %d, at most %s is not said of %d',
    (chance, wanted, most) => {
      const next = random(7);
      const runs = Array.from({ length: 1000 }, () => run(chance, next));
      const opposite = wanted === 'keeps' ? 'misses' : 'keeps';
      expect(runs.filter(({ answer }) => answer === opposite).length).toBeLessThanOrEqual(most);
      expect(Math.max(...runs.map(({ calls }) => calls))).toBeLessThanOrEqual(mostCalls(p95));
    },
  );

  test('it ends early only where no call that is left could make it pass, so it passes exactly what a whole test would', () => {
    const tests = fc.record({
      missRate: fc.integer({ min: 1, max: 50 }).map((percent) => percent / 100),
      error: fc.constantFrom(0.05, 0.005, 0.0016),
    });
    // From half of what a good configuration misses to 1.3 times what breaks the objective: most of them lie between.
    const parts = fc.integer({ min: 10, max: 130 }).map((percent) => percent / 100);
    let early = 0;
    fc.assert(
      fc.property(tests, parts, fc.nat(), (asked, part, seed) => {
        const next = random(seed);
        const tally = newTally();
        const bound = Math.log(1 / asked.error);
        const all = mostCalls(asked);
        let answer: Answer | undefined;
        let whole: Answer | undefined;
        while (!whole) {
          const missed = next() < asked.missRate * part;
          count(tally, { milliseconds: missed ? undefined : 500, limitMs }, asked);
          if (tally.logRatio >= bound) whole = 'misses';
          else if (tally.logRatio <= -bound) whole = 'keeps';
          else if (tally.calls >= all) whole = 'undecided';
          const before = answer;
          answer ??= answerOf(tally, asked);
          if (before === undefined && answer === 'undecided' && !whole) early++;
          // What passes, passes at this very call.
          if (answer !== before && answer !== 'undecided') expect(answer).toBe(whole);
        }
        expect(answer).toBeDefined();
        expect(answer === 'keeps').toBe(whole === 'keeps');
      }),
      { numRuns: 300 },
    );
    expect(early).toBeGreaterThan(20);
  });

  test('a p99 takes five times the calls', () =>
    expect(fewestCalls({ missRate: 0.01, error: 0.005 })).toBeGreaterThan(5 * 128));

  test('a queue that grows does not pass, although no call is late yet', () => {
    const tally = newTally();
    for (let call = 0; call < 200; call++) count(tally, { milliseconds: 100 + 4 * call, limitMs }, p95);
    expect(tally.misses).toBe(0);
    expect(isGrowing(tally)).toBe(true);
    expect(answerOf(tally, p95)).toBeUndefined();
  });

  test('percentiles are by the nearest rank, and a missing answer is the longest', () => {
    const tally = newTally();
    for (let call = 1; call <= 100; call++) count(tally, { milliseconds: call, limitMs }, p95);
    expect(percentileOf(tally, 0.95)).toBe(95);
    const silent = newTally();
    count(silent, { milliseconds: undefined, limitMs }, p95);
    expect(percentileOf(silent, 0.95)).toBeUndefined();
    expect(percentileOf(newTally(), 0.95)).toBeUndefined();
  });
});
