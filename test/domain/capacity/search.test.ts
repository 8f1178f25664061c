import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { axes, isRight, landscapeOf, search } from '../../../scripts/bench/support/landscapes.ts';
import { random } from '../../../scripts/bench-watch/random.ts';
import { byCost, perSecond, perThousand, spent } from '../../../src/domain/capacity/cost.ts';
import { defaults } from '../../../src/domain/capacity/plan.ts';
import { atLeast, combine, illegal, type Point, samePoint } from '../../../src/domain/capacity/point.ts';
import {
  bestOf,
  isFinal,
  type Known,
  nextPoint,
  nextTest,
  openPoints,
} from '../../../src/domain/capacity/search.ts';
import {
  type Answer,
  answerOf,
  count,
  fewestCalls,
  mostCalls,
  newTally,
} from '../../../src/domain/capacity/sequential.ts';

const point = (cpu: number, memoryMib: number, concurrency: number, instances: number): Point => ({
  cpu,
  memoryMib,
  concurrency,
  instances,
});

test.each([
  [point(1, 512, 80, 1), undefined],
  [point(0.5, 512, 1, 1), undefined],
  [point(0.5, 512, 2, 1), 'less than 1 CPU serves one request at a time'],
  [point(1, 8192, 1, 1), '1 CPU takes at most 4096 MiB'],
  [point(2, 8192, 1, 1), undefined],
  [point(4, 1024, 1, 1), '4 CPU needs at least 2048 MiB'],
  [point(3, 2048, 1, 1), '3 CPU is not offered'],
  [point(0.05, 128, 1, 1), '0.05 CPU is not offered'],
  [point(8, 65_536, 1, 1), '8 CPU takes at most 32768 MiB'],
  [point(1, 512, 1001, 1), 'an instance takes 1 to 1000 requests at a time'],
  [point(1, 512, 0, 1), 'an instance takes 1 to 1000 requests at a time'],
  [point(1, 512, 1, 0), 'at least one instance is needed'],
])('%j is illegal: %s', (one, why) => expect(illegal(one)).toBe(why));

test('the price list, computed by hand', () => {
  expect(perSecond(point(2, 2048, 4, 3))).toBeCloseTo(3 * (2 * 0.0000336 + 2 * 0.0000035), 12);
  expect(perThousand(point(2, 2048, 4, 3), 5)).toBeCloseTo((0.0002226 / 5 + 0.0000004) * 1000, 9);
  expect(spent(point(1, 1024, 1, 1), 100, 1000)).toBeCloseTo(0.00371 + 0.0004, 12);
});

const grid = combine({
  cpu: [1, 2, 4],
  memoryMib: [512, 2048],
  concurrency: [1, 8],
  instances: [1, 3],
}).points;

describe('a search over any service in which more never makes slower', () => {
  /** Each concurrency has a corner: what is at least that large keeps the objective. */
  const corner = fc.record({
    cpu: fc.constantFrom(1, 2, 4, 9),
    memoryMib: fc.constantFrom(512, 2048),
    instances: fc.constantFrom(1, 3),
  });
  const corners = fc.tuple(corner, corner);

  test('with right answers it ends at the cheapest, and says none only if there is none', () => {
    fc.assert(
      fc.property(corners, ([one, eight]) => {
        const keeps = (p: Point) =>
          atLeast(p, { ...(p.concurrency === 1 ? one : eight), concurrency: p.concurrency });
        const known: Known[] = [];
        for (let next = nextPoint(grid, known); next; next = nextPoint(grid, known)) {
          // Nothing is measured twice, so it ends.
          expect(known.some((before) => samePoint(before.point, next as Point))).toBe(false);
          known.push({ point: next, answer: keeps(next) ? 'keeps' : 'misses' });
        }
        expect(isFinal(grid, known)).toBe(true);
        expect(bestOf(known)).toEqual(grid.filter(keeps).sort(byCost)[0]);
      }),
    );
  });

  test('a configuration that Cloud Run refuses closes itself alone', () => {
    const refused = grid[0] as Point;
    const open = openPoints(grid, [{ point: refused, answer: 'illegal' }]);
    expect(open).toHaveLength(grid.length - 1);
    expect(openPoints(grid, [{ point: point(4, 2048, 1, 3), answer: 'undecided' }])).toHaveLength(
      grid.filter((one) => one.concurrency !== 1).length,
    );
  });
});

/** `npm run bench -- capacity` searches 200. These 40 hold the ones that take the most calls of the grid. */
test('on services with a known law it finds the cheapest, and in each with less than half of the calls of the grid', () => {
  const asked = { missRate: 0.05, error: defaults.error };
  const outcomes = Array.from({ length: 40 }, (_, at) =>
    search(landscapeOf(120 + at), { test: asked, trials: defaults.trials, maxCalls: defaults.maxCalls }),
  );
  const feasible = outcomes.filter(({ cheapest }) => cheapest);
  expect(feasible.length).toBeGreaterThan(25);
  expect(feasible.filter((one) => isRight(one, asked)).length).toBeGreaterThanOrEqual(0.95 * feasible.length);
  expect(outcomes.filter(({ misses }) => (misses ?? 0) >= 0.05).length).toBeLessThanOrEqual(2);
  expect(Math.max(...outcomes.map(({ calls, gridCalls }) => calls / gridCalls))).toBeLessThanOrEqual(0.45);
  for (const { calls, trials } of outcomes) {
    expect(calls).toBeLessThanOrEqual(defaults.maxCalls);
    expect(trials).toBeLessThanOrEqual(defaults.trials);
  }
});

/**
 * Of 2 200 services, these took the most of the grid's calls as long as every test was equally long: everything large is close to the
 * objective, and everything else is rejected after five calls.
 */
test.each([338, 621, 805, 972, 1079, 1310, 1711])(
  'service %i, whose largest sizes are all close to the objective, takes less than half of the calls of the grid too',
  (seed) => {
    const asked = { missRate: 0.05, error: defaults.error };
    const one = search(landscapeOf(seed), {
      ...{ test: asked, trials: defaults.trials, maxCalls: defaults.maxCalls },
    });
    expect(one.calls / one.gridCalls).toBeLessThanOrEqual(0.45);
    expect(isRight(one, asked)).toBe(true);
  },
);

test('a test is shorter while nothing has kept the objective, and accepts what the whole one does or nothing', () => {
  const asked = { missRate: 0.05, error: defaults.error };
  const first = grid[0] as Point;
  const shorter = nextTest(asked, [{ point: first, answer: 'undecided' }]);
  expect(mostCalls(shorter)).toBe(2 * fewestCalls(asked));
  expect(nextTest(asked, [{ point: first, answer: 'keeps' }])).toEqual(asked);
  const next = random(3);
  const answers = Array.from({ length: 300 }, () => {
    const chance = next() * 0.06;
    const tally = newTally();
    const ended: (Answer | undefined)[] = [undefined, undefined];
    while (ended.includes(undefined)) {
      count(tally, { milliseconds: next() < chance ? undefined : 500, limitMs: 1000 }, asked);
      [shorter, asked].forEach((one, i) => {
        ended[i] ??= answerOf(tally, one);
      });
    }
    return ended;
  });
  // They differ only where the shorter one ends without an answer.
  for (const [soon, whole] of answers) if (soon !== 'undecided') expect(soon).toBe(whole);
  expect(answers.filter(([soon, whole]) => soon !== whole).length).toBeGreaterThan(10);
});

test('while nothing keeps the objective it goes to the largest ones, which prove it with few revisions', () => {
  const { points } = combine(axes);
  const known: Known[] = [];
  for (let next = nextPoint(points, known); next; next = nextPoint(points, known))
    known.push({ point: next, answer: 'misses' });
  expect([points.length, isFinal(points, known)]).toEqual([168, true]);
  // The largest of each of the four values of concurrency are needed.
  expect(known.length).toBeLessThanOrEqual(10);
});
