/**
 * The chance that two samples of one population differ at least so much, by the test of Mann and Whitney (1947): the first one tends
 * to be larger. Exact by counting all ways to choose, ties included, which is feasible for the few points of an interval.
 * Undefined if a sample is empty; 1 if all values are equal.
 */
export function chanceOfLarger(first: readonly number[], second: readonly number[]): number | undefined {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) return undefined;
  const all = [...first, ...second];
  const ranks = ranksOf(all);
  const seen = ranks.slice(0, n).reduce((sum, rank) => sum + rank, 0);
  // Ranks are halves, so twice a rank is a whole number, and sums can be compared without an epsilon.
  const ways = waysToSum(
    ranks.map((rank) => 2 * rank),
    n,
  );
  let [atLeast, total] = [0, 0];
  for (const [sum, count] of ways) {
    total += count;
    if (sum >= 2 * seen) atLeast += count;
  }
  return atLeast / total;
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** How many choices of `n` of the numbers have each sum. */
function waysToSum(numbers: readonly number[], n: number): Map<number, number> {
  const byCount = Array.from({ length: n + 1 }, () => new Map<number, number>());
  byCount[0]?.set(0, 1);
  for (const number of numbers)
    for (let count = n; count >= 1; count--)
      for (const [sum, ways] of byCount[count - 1] ?? [])
        byCount[count]?.set(sum + number, (byCount[count]?.get(sum + number) ?? 0) + ways);
  return byCount[n] as Map<number, number>;
}
