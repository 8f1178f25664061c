import { logAdd, logMix } from '../evidence/log-space.ts';

/**
 * The evidence of several regions as one: half of the capital bets on each region by itself, in equal parts, and half on the
 * counts of all of them together. One bad region shows in its own part, a fault that is everywhere in the pooled one. If every
 * region keeps its objective, each part has a mean of at most 1, so the mixture has too, and it reaches 1/alpha with a chance of
 * at most alpha. So a release in five regions is as safe from a false alarm as one in a single region, without dividing alpha.
 * All numbers are natural logarithms. A region whose wave has not begun is 0, because its capital has not been bet.
 */
export function logMixture(regions: readonly number[], pools: readonly number[]): number {
  const mean = (logs: readonly number[]) =>
    logMix(
      logs,
      logs.map(() => 1 / logs.length),
    );
  return logAdd(mean(regions), mean(pools)) - Math.LN2;
}
