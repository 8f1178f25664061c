const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Chance alone spaces points like this less often than once in so many answers. */
const unlikely = 100;

const seconds = (ms: number) => `${ms / 1000} s`;

/**
 * Why the times of an answer (milliseconds since the epoch) cannot be steps of `interval`; undefined if they can. Datadog may list only
 * the steps that have a point. Then points at 12:00 and 12:03 may be minutes with few requests, or steps of three minutes. Many points
 * that are all so far apart, or a multiple of it, are wider steps.
 */
export function stepProblem(times: readonly number[], interval: number): string | undefined {
  const gaps = times.slice(1).map((time, n) => time - (times[n] as number));
  if (gaps.some((gap) => gap <= 0)) return 'its times do not rise';
  const narrow = gaps.find((gap) => gap < interval);
  if (narrow !== undefined) return `two of its times are ${seconds(narrow)} apart`;
  if (times.some((time) => time % interval !== 0)) return 'its times are no multiples of it';
  const step = gaps.reduce(gcd, 0);
  // If minutes had points at random, all gaps would be multiples of n minutes with the chance 1/n for each gap.
  return step > interval && (step / interval) ** gaps.length >= unlikely
    ? `all its times are ${seconds(step)} apart, or a multiple of it`
    : undefined;
}
