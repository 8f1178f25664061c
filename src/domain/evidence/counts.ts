/** Finished requests of one revision under one objective: all that count, and how many of them were bad. */
export interface Counts {
  total: number;
  bad: number;
}

export const noCounts: Readonly<Counts> = { total: 0, bad: 0 };

export function addCounts(to: Counts, more: Counts): void {
  to.total += more.total;
  to.bad += more.bad;
}

/** The fraction of bad requests. Without requests it is undefined, not 0. */
export function rateOf(counts: Counts): number | undefined {
  return counts.total > 0 ? counts.bad / counts.total : undefined;
}
