import { type Bets, logEvidence, moveTo, openBets } from './bets.ts';
import type { Counts } from './counts.ts';
import { logMix } from './log-space.ts';
import { bellWeights, evenWeights } from './weights.ts';

/**
 * Evidence that the error rate is above the objective's `limit` (1 - target). If the rate is at most `limit` at every
 * moment, each bet is a supermartingale, so P(evidence ever reaches 1/alpha) <= alpha, however often one looks (Ville's
 * inequality). The bets are likelihood ratios for a grid of worse rates. They are mixed over the grid and over start
 * times, so that a failure after a long healthy stretch is still found soon.
 */
export interface SloGrid {
  limit: number;
  weights: readonly number[];
  /** ln(q / limit) and ln((1-q) / (1-limit)) for each alternative q. */
  logBad: readonly number[];
  logGood: readonly number[];
}

export type SloState = Bets;

/** The part of the capital that bets from the first request on. */
const first = 0.5;

/** The rates that the test bets on: limit * 1.5^k as long as that is below 0.9, and 0.95. */
export function alternatives(limit: number): number[] {
  const rates: number[] = [];
  for (let q = limit * 1.5; q < 0.9; q *= 1.5) rates.push(q);
  if (limit < 0.95) rates.push(0.95);
  return rates;
}

/** The bell puts most weight on four times the limit. `even` is the textbook mixture. */
export function sloGrid(limit: number, weighting: 'bell' | 'even' = 'bell'): SloGrid {
  const rates = alternatives(limit);
  const ratios = rates.map((q) => q / limit);
  return {
    limit,
    weights: weighting === 'bell' ? bellWeights(ratios, 4, 1.3) : evenWeights(rates.length),
    logBad: rates.map((q) => Math.log(q / limit)),
    logGood: rates.map((q) => Math.log((1 - q) / (1 - limit))),
  };
}

export function startSlo(grid: SloGrid, plannedSeconds: number): SloState {
  return openBets(grid.weights.length, plannedSeconds, first);
}

/** Books new counts, seen up to `seconds` after the start. Costs O(K), changes `state`. */
export function advanceSlo(grid: SloGrid, state: SloState, seconds: number, counts: Counts): void {
  moveTo(state, seconds, first);
  if (counts.total === 0) return;
  const good = counts.total - counts.bad;
  for (let k = 0; k < state.logCapital.length; k++)
    state.logCapital[k] =
      (state.logCapital[k] as number) +
      counts.bad * (grid.logBad[k] as number) +
      good * (grid.logGood[k] as number);
}

/** ln of the evidence; 0 if nothing was booked. */
export const logSloEvidence = (grid: SloGrid, state: SloState): number =>
  logEvidence(state, grid.weights, first);

/** ln of one likelihood ratio: how much better a rate of `factor` times the limit explains the counts than the limit. */
export function logRatioAt(limit: number, factor: number, counts: Counts): number {
  const rate = Math.min(0.99, factor * limit);
  const good = counts.total - counts.bad;
  return counts.bad * Math.log(rate / limit) + good * (Math.log1p(-rate) - Math.log1p(-limit));
}

/** ln of the plain mixture for totals, without later starts. docs/decide/how-it-decides.md has its check values. */
export function logMixtureAt(grid: SloGrid, counts: Counts): number {
  const good = counts.total - counts.bad;
  return logMix(
    grid.logBad.map((value, k) => counts.bad * value + good * (grid.logGood[k] as number)),
    grid.weights,
  );
}
