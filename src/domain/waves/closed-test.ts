import { logAdd } from '../evidence/log-space.ts';

/** The chance with which any healthy region is named. Larger than that of a rollback, because a name moves no traffic. */
export const nameAlpha = 0.05;

/**
 * The regions that are to blame, most evidence first. Somewhere is a fault; that it is in region r is only proved if no set of
 * healthy regions that holds r explains the evidence (closed testing). The evidence against a set is the mean over its
 * regions, and the set with the smallest mean consists of r and the regions with the least evidence. Then all names are
 * right with a chance of at least 95 %, however many regions there are.
 */
export function namedRegions(evidence: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(evidence);
  return entries
    .filter(([region, own]) => {
      const others = entries.filter(([name]) => name !== region).map(([, log]) => log);
      return smallestMean(own, others) >= -Math.log(nameAlpha);
    })
    .sort(([, a], [, b]) => b - a)
    .map(([region]) => region);
}

/** ln of the smallest mean over all sets that hold `own`. */
function smallestMean(own: number, others: readonly number[]): number {
  let sum = own;
  let mean = own;
  [...others]
    .sort((a, b) => a - b)
    .forEach((log, i) => {
      sum = logAdd(sum, log);
      mean = Math.min(mean, sum - Math.log(i + 2));
    });
  return mean;
}
