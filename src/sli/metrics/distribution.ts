import { isObject, type Json, type JsonObject, objectOf } from '../../domain/data/json.ts';

/** The part of a google.api.Distribution that is needed to count requests above a bound. */
export interface Histogram {
  /** Upper bounds of all buckets except the last, ascending. */
  bounds: number[];
  /** At most one more than there are bounds, because Google may leave out trailing zeros. */
  counts: number[];
}

const number = (value: Json | undefined): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
const numbers = (value: Json | undefined): number[] => (Array.isArray(value) ? value.map(number) : []);

/** More buckets than this are refused, so that a wrong answer cannot take all memory. */
const most = 2000;

function boundsOf(options: JsonObject): number[] | undefined {
  const { explicitBuckets, linearBuckets: linear } = options;
  if (isObject(explicitBuckets)) return numbers(explicitBuckets.bounds);
  const exponential = objectOf(options.exponentialBuckets);
  const finite = number((isObject(linear) ? linear : exponential).numFiniteBuckets);
  if (!(finite > 0 && finite <= most)) return undefined;
  if (isObject(linear))
    return Array.from(
      { length: finite + 1 },
      (_, i) => number(linear.offset ?? 0) + number(linear.width) * i,
    );
  return Array.from(
    { length: finite + 1 },
    (_, i) => number(exponential.scale) * number(exponential.growthFactor) ** i,
  );
}

/** Returns undefined if the value is not a distribution. */
export function readHistogram(raw: Json | undefined): Histogram | undefined {
  if (!isObject(raw)) return undefined;
  const bounds = boundsOf(objectOf(raw.bucketOptions));
  if (!bounds || bounds.some((bound) => !Number.isFinite(bound))) return undefined;
  const counts = numbers(raw.bucketCounts);
  if (counts.length > bounds.length + 1 || counts.some((count) => !Number.isSafeInteger(count) || count < 0))
    return undefined;
  // If the buckets do not add up to the count, some were lost on the way, and their requests would not be counted.
  const sum = counts.reduce((total, count) => total + count, 0);
  if (raw.count !== undefined && number(raw.count) !== sum) return undefined;
  return { bounds, counts };
}

/** Counts the requests above the bucket edge that is nearest to `bound`, and returns that edge. */
export function countAbove(
  histogram: Histogram,
  bound: number,
): { total: number; above: number; edge: number } {
  let nearest = 0;
  histogram.bounds.forEach((edge, i) => {
    if (Math.abs(edge - bound) < Math.abs((histogram.bounds[nearest] as number) - bound)) nearest = i;
  });
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  const above = histogram.counts.slice(nearest + 1).reduce((sum, count) => sum + count, 0);
  return { total, above, edge: histogram.bounds[nearest] ?? bound };
}
