/**
 * A sequential test of one configuration. A call misses if its answer is late or wrong. The objective allows `missRate` of them; a
 * configuration is good if it misses a fifth of that. Between the two the answer may be either, and is `undecided` if it can no longer
 * pass within `mostCalls`.
 */
export interface Test {
  /** The share of misses that breaks the objective: 0.05 for a p95. */
  missRate: number;
  /** The chance of each wrong answer about one configuration, at most. */
  error: number;
  /** The test ends after so many times the fewest calls. Absent: so many that a good configuration hardly ever takes them. */
  patience?: number | undefined;
}

const usualPatience = 4;

export type Answer = 'keeps' | 'misses' | 'undecided';

export interface Tally {
  calls: number;
  misses: number;
  /** How many times more likely the calls are if the objective is broken, as a natural logarithm. */
  logRatio: number;
  /** Milliseconds of every call, in the order in which the calls were sent. A call without an answer is infinite. */
  times: number[];
}

const goodShare = 1 / 5;
/** The median of the last third of the calls may be this much longer than that of the first third, before the queue counts as growing. */
const growth = 1.5;

/** What a call in time adds to `logRatio`. Below 0. */
const logOfGood = (missRate: number): number => Math.log((1 - missRate) / (1 - missRate * goodShare));

export const newTally = (): Tally => ({ calls: 0, misses: 0, logRatio: 0, times: [] });

/** The fewest calls after which a configuration can pass. */
export const fewestCalls = ({ missRate, error }: Test): number =>
  Math.ceil(Math.log(1 / error) / -logOfGood(missRate));

/** Ends a test of a configuration between good and bad. */
export const mostCalls = (test: Test): number =>
  Math.round((test.patience ?? usualPatience) * fewestCalls(test));

/** Adds a call to the tally. `milliseconds` is undefined if no right answer came. */
export function count(
  tally: Tally,
  call: { milliseconds: number | undefined; limitMs: number },
  { missRate }: Test,
): void {
  const missed = call.milliseconds === undefined || call.milliseconds > call.limitMs;
  tally.calls++;
  if (missed) tally.misses++;
  tally.times.push(call.milliseconds ?? Number.POSITIVE_INFINITY);
  tally.logRatio += missed ? -Math.log(goodShare) : logOfGood(missRate);
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * Does the wait still grow at the end? At a load slightly above what the instances take, the queue is short at first, and the calls
 * after the test would be late.
 */
export function isGrowing({ times }: Tally): boolean {
  const third = Math.floor(times.length / 3);
  if (third < 5) return false;
  return medianOf(times.slice(-third)) > growth * medianOf(times.slice(0, third));
}

/**
 * The answer, as soon as there is one. Whatever the number of looks, a configuration at or above `missRate` passes with a chance of
 * `error` at most (Ville's inequality), if its calls miss independently of each other.
 */
export function answerOf(tally: Tally, test: Test): Answer | undefined {
  const bound = Math.log(1 / test.error);
  if (tally.logRatio >= bound) return 'misses';
  if (tally.logRatio <= -bound && !isGrowing(tally)) return 'keeps';
  // The calls that are left could not make it pass, even if none of them missed.
  const left = mostCalls(test) - tally.calls;
  return left <= 0 || tally.logRatio + left * logOfGood(test.missRate) > -bound ? 'undecided' : undefined;
}

/** The 95th percentile by the nearest rank, or another one. */
export function percentileOf({ times }: Tally, quantile: number): number | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)];
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}
