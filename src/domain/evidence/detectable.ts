import { baselineGrid, bookBaseline, logBaselineEvidence, startBaseline } from './baseline-test.ts';
import { fewestBad, outsideAt, outsideAtEnd } from './decide.ts';
import { logGamma, normalBelow } from './log-space.ts';
import { logMixtureAt, logRatioAt } from './slo-test.ts';
import { gridOf } from './state.ts';

export interface Seen {
  /** Requests of the candidate. */
  total: number;
  limit: number;
  alpha: number;
  /** While traffic is split: the candidate's share of traffic, and the baseline's bad requests. */
  beside?: { share: number; bad: number } | undefined;
}

/** How many of the `total` requests must be bad to end the release. Infinity if even `total` bad requests would not end it. */
export function badToFail(seen: Seen): number {
  const fails = (bad: number) => {
    const counts = { total: seen.total, bad };
    const own = logMixtureAt(gridOf(seen.limit), counts) - Math.LN2;
    if (!seen.beside) return own >= -Math.log(seen.alpha);
    const grid = baselineGrid();
    const state = startBaseline(grid, 1);
    bookBaseline(grid, state, seen.beside.share, bad, seen.beside.bad);
    const outside =
      own >= Math.log(outsideAt) ||
      logRatioAt(seen.limit, outsideAtEnd.factor, counts) >= Math.log(outsideAtEnd.odds);
    return outside && logBaselineEvidence(grid, state) >= -Math.log(seen.alpha);
  };
  if (seen.total < fewestBad || !fails(seen.total)) return Number.POSITIVE_INFINITY;
  let [low, high] = [fewestBad - 1, seen.total];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    // A hostile recording may hold sums so large that halving them no longer gives a new whole number.
    if (middle <= low || middle >= high) break;
    if (fails(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The smallest error rate that a watch of these requests would have taken back with the chance `power`. A smaller one may
 * have slipped through. Undefined if the requests could not have shown any.
 */
export function smallestDetectable(seen: Seen, power = 0.9): number | undefined {
  const needed = badToFail(seen);
  if (!Number.isFinite(needed)) return undefined;
  let [low, high] = [needed / (4 * seen.total), 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (chanceOfAtLeast(needed, seen.total, middle) >= power) high = middle;
    else low = middle;
  }
  return high;
}

/** Beyond this many bad requests a normal distribution gives the same digits, at no cost. */
const mostSummed = 2000;

/** P(Binomial(total, p) >= least), as one minus the sum of the terms below `least`. */
function chanceOfAtLeast(least: number, total: number, p: number): number {
  if (p >= 1) return 1;
  if (least > mostSummed) return normalBelow((total * p - least + 0.5) / Math.sqrt(total * p * (1 - p)));
  let sum = 0;
  const logP = Math.log(p);
  const logQ = Math.log1p(-p);
  const first = logGamma(total + 1);
  for (let bad = 0; bad < least; bad++) {
    const log = first - logGamma(bad + 1) - logGamma(total - bad + 1) + bad * logP + (total - bad) * logQ;
    sum += Math.exp(log);
    if (sum > 1 - 1e-12) return 0;
  }
  return 1 - sum;
}
