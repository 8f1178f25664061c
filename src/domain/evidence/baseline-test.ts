import { type Bets, logEvidence, moveTo, openBets } from './bets.ts';
import { bellWeights, evenWeights } from './weights.ts';

/**
 * Evidence that the candidate fails more often than the baseline. If it is no worse, a bad request comes from the
 * candidate with a chance of at most its `share` of traffic. So only *which* revision failed counts: an error that hits
 * both is no evidence, however often it happens. Each bet is on one risk ratio for all steps, so the evidence is a
 * mixture of products, in which each step has its own share. The test needs random routing at a known share.
 */
export interface BaselineGrid {
  /** Risk ratios to bet on. */
  ratios: readonly number[];
  weights: readonly number[];
}

export type BaselineState = Bets;

/** The part of the capital that bets from the first request on. It is large, because most regressions start at once. */
const first = 0.7;

/** Ratios 1.5^k, k = 1..15. The bell puts most weight on a candidate that fails twelve times as often. */
export function baselineGrid(weighting: 'bell' | 'even' = 'bell'): BaselineGrid {
  const ratios = Array.from({ length: 15 }, (_, k) => 1.5 ** (k + 1));
  return {
    ratios,
    weights: weighting === 'bell' ? bellWeights(ratios, 12, 1.2) : evenWeights(ratios.length),
  };
}

export function startBaseline(grid: BaselineGrid, plannedSeconds: number): BaselineState {
  return openBets(grid.ratios.length, plannedSeconds, first);
}

export function moveBaseline(state: BaselineState, seconds: number): void {
  moveTo(state, seconds, first);
}

/** Books new bad requests of both revisions at one share (0 < share < 1). Costs O(K), changes `state`. */
export function bookBaseline(
  grid: BaselineGrid,
  state: BaselineState,
  share: number,
  candidateBad: number,
  baselineBad: number,
): void {
  if (candidateBad === 0 && baselineBad === 0) return;
  for (let k = 0; k < state.logCapital.length; k++) {
    const ratio = grid.ratios[k] as number;
    // th_k / share and (1 - th_k) / (1 - share) for th_k = ratio * share / (ratio * share + 1 - share)
    const both = Math.log(ratio * share + 1 - share);
    state.logCapital[k] =
      (state.logCapital[k] as number) + candidateBad * (Math.log(ratio) - both) - baselineBad * both;
  }
}

/** ln of the evidence; 0 if nothing was booked. */
export const logBaselineEvidence = (grid: BaselineGrid, state: BaselineState): number =>
  logEvidence(state, grid.weights, first);
