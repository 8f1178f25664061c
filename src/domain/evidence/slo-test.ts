import type { Counts } from './counts.ts';
import { logAdd, logMix } from './log-space.ts';
import { bellWeights, evenWeights } from './weights.ts';

/**
 * Evidence that the error rate is above the objective's `limit` (1 - target). Under "at most `limit` at every
 * moment" each bet is a supermartingale, so P(evidence ever reaches 1/alpha) <= alpha, however often one looks
 * (Ville). The bets are likelihood ratios against a grid of worse rates, mixed over the grid and over start times,
 * so that a failure after a long healthy stretch is still seen soon.
 */
export interface SloGrid {
  limit: number;
  weights: readonly number[];
  /** ln(q / limit) and ln((1-q) / (1-limit)) for each alternative q. */
  logBad: readonly number[];
  logGood: readonly number[];
}

/** All that a second process needs to go on: plain numbers. */
export interface SloState {
  /** ln M_q: the capital of each alternative, over all start times so far. */
  logCapital: number[];
  /** Seconds since this test began. */
  seconds: number;
  /** Planned seconds, fixed at the start: bets may start until then. */
  planned: number;
}

/** Rates that the test bets on: limit * 1.5^k while below 0.9, and 0.95. */
export function alternatives(limit: number): number[] {
  const rates: number[] = [];
  for (let q = limit * 1.5; q < 0.9; q *= 1.5) rates.push(q);
  if (limit < 0.95) rates.push(0.95);
  return rates;
}

/** Most weight on four times the limit, with a wide bell. `even` is the textbook mixture. */
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

/** Half of the capital bets from the first request on, the other half starts evenly over the planned time. */
export function startSlo(grid: SloGrid, plannedSeconds: number): SloState {
  return {
    logCapital: grid.weights.map(() => Math.log(0.5)),
    seconds: 0,
    planned: Math.max(1, plannedSeconds),
  };
}

/** Books new counts, seen up to `seconds` after the start. O(K), in place. */
export function advanceSlo(grid: SloGrid, state: SloState, seconds: number, counts: Counts): void {
  const from = Math.min(state.seconds, state.planned);
  const fresh = Math.log(Math.max(0, Math.min(seconds, state.planned) - from) / (2 * state.planned));
  const good = counts.total - counts.bad;
  for (let k = 0; k < state.logCapital.length; k++)
    state.logCapital[k] =
      logAdd(state.logCapital[k] as number, fresh) +
      counts.bad * (grid.logBad[k] as number) +
      good * (grid.logGood[k] as number);
  state.seconds = Math.max(state.seconds, seconds);
}

/** ln of the evidence; 0 where nothing is known. */
export function logSloEvidence(grid: SloGrid, state: SloState): number {
  const idle = Math.log(Math.max(0, 1 - state.seconds / state.planned) / 2);
  return logAdd(logMix(state.logCapital, grid.weights), idle);
}

/** ln of one likelihood ratio: the rate is `factor` times the limit, against the limit. */
export function logRatioAt(limit: number, factor: number, counts: Counts): number {
  const rate = Math.min(0.99, factor * limit);
  const good = counts.total - counts.bad;
  return counts.bad * Math.log(rate / limit) + good * (Math.log1p(-rate) - Math.log1p(-limit));
}

/** ln of the plain mixture without start times, for totals (error-budget.md 3.2's check values). */
export function logMixtureAt(grid: SloGrid, counts: Counts): number {
  const good = counts.total - counts.bad;
  return logMix(
    grid.logBad.map((value, k) => counts.bad * value + good * (grid.logGood[k] as number)),
    grid.weights,
  );
}
