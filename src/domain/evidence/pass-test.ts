import type { Counts } from './counts.ts';
import { logMix } from './log-space.ts';

/**
 * ln of the evidence that the error rate is *below* the objective's limit. The bets are those of the SLO test mirrored, on
 * the better rates limit / 1.5^k, k = 1..10. If the rate is at least `limit`, the evidence reaches 20 with a probability
 * of at most 0.05. There are no later starts, because early requests must keep counting. It needs only totals.
 */
export function logPassEvidence(limit: number, counts: Counts): number {
  const good = counts.total - counts.bad;
  const logs: number[] = [];
  for (let k = 1; k <= 10; k++) {
    const q = limit / 1.5 ** k;
    logs.push(-counts.bad * k * Math.log(1.5) + good * (Math.log1p(-q) - Math.log1p(-limit)));
  }
  return logMix(logs, passWeights);
}

const passWeights = Array.from({ length: 10 }, () => 0.1);

/** How many requests without a bad one prove the objective. */
export function cleanRequestsToPass(limit: number, threshold = 20): number {
  let low = 0;
  let high = 1;
  const enough = (total: number) => logPassEvidence(limit, { total, bad: 0 }) >= Math.log(threshold);
  while (!enough(high) && high < 1e12) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
