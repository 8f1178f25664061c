import { byCost, perSecond } from './cost.ts';
import { atLeast, type Point, samePoint } from './point.ts';
import type { Answer, Test } from './sequential.ts';

/** What is known of a configuration. Cloud Run itself has refused an `illegal` one. */
export interface Known {
  point: Point;
  answer: Answer | 'illegal';
}

/** The cheapest configuration that keeps the objective, as far as is known. */
export const bestOf = (known: readonly Known[]): Point | undefined =>
  known
    .filter(({ answer }) => answer === 'keeps')
    .map(({ point }) => point)
    .sort(byCost)[0];

/**
 * The configurations that can still be the answer. If one does not keep the objective, no smaller one keeps it; if one keeps it, no more
 * expensive one is wanted.
 */
export function openPoints(points: readonly Point[], known: readonly Known[]): Point[] {
  const best = bestOf(known);
  const failed = known.filter(({ answer }) => answer === 'misses' || answer === 'undecided');
  return points.filter(
    (point) =>
      (!best || byCost(point, best) < 0) &&
      !known.some((one) => samePoint(one.point, point)) &&
      !failed.some((one) => atLeast(one.point, point)),
  );
}

/**
 * The configuration to measure next: the one whose answer closes much of what is open, whichever answer it is. Undefined if nothing is
 * open. Of equals, the cheapest. As long as nothing has kept the objective, every failure makes the next one more likely, so the search
 * goes to larger ones: if none keeps it, only the largest can prove that.
 */
export function nextPoint(points: readonly Point[], known: readonly Known[]): Point | undefined {
  const open = openPoints(points, known).sort(byCost);
  const failed = known.filter(({ answer }) => answer === 'misses' || answer === 'undecided').length;
  const weight = bestOf(known) ? 1 / 2 : (failed + 1) / (failed + 3);
  let best: { point: Point; closes: number } | undefined;
  for (const [at, point] of open.entries()) {
    const ifItFails = open.filter((other) => atLeast(point, other)).length;
    const ifItPasses = open.length - at;
    const closes = ifItFails ** weight * ifItPasses ** (1 - weight);
    if (!best || closes > best.closes) best = { point, closes };
  }
  return best?.point;
}

/** Times the fewest calls that a configuration gets while none has kept the objective. */
const firstPatience = 2;

/**
 * The test of the next configuration. While nothing has kept the objective, the search goes to the largest ones, and a large one that is
 * good is far from the border and passes soon. If all of them are close to it, the whole search would be spent on them. Shorter tests
 * accept nothing more: they only end as undecided.
 */
export const nextTest = (test: Test, known: readonly Known[]): Test =>
  bestOf(known) ? test : { ...test, patience: firstPatience };

/** Is the answer final: the cheapest of all, or none of them? */
export const isFinal = (points: readonly Point[], known: readonly Known[]): boolean =>
  openPoints(points, known).length === 0;

/** The cost of `b` as a part of the cost of `a`. */
export const costRatio = (a: Point, b: Point): number => perSecond(b) / perSecond(a);
