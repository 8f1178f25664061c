/** Finished requests of one revision under one objective: `bad` broke it, `total` are all that count. */
export interface Counts {
  total: number;
  bad: number;
}

export const noCounts: Readonly<Counts> = { total: 0, bad: 0 };

export function addCounts(to: Counts, more: Counts): void {
  to.total += more.total;
  to.bad += more.bad;
}

/** Share of bad requests; undefined, not 0, where nothing was seen. */
export function rateOf(counts: Counts): number | undefined {
  return counts.total > 0 ? counts.bad / counts.total : undefined;
}
