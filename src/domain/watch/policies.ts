import type { Counts } from '../evidence/counts.ts';

/**
 * The classical rules, for teams that must use them and for the bench. They look at the candidate alone and do not bound
 * the number of false rollbacks. Both judge a history of increments, cut to their longest window.
 */
export interface History {
  /** [seconds since the shift, requests, bad requests], ascending. */
  points: [number, number, number][];
  /** How often the threshold was crossed so far, and the second of the last check. */
  failures: number;
  lookedAt: number;
  /** When a rule that acts one interval later will act; null until it has fired. */
  firesAt: number | null;
}

export const newHistory = (): History => ({ points: [], failures: 0, lookedAt: 0, firesAt: null });

export interface BurnPair {
  /** Burn rate: 1 spends the budget exactly by the end of the window. */
  factor: number;
  longSeconds: number;
  shortSeconds: number;
}

/**
 * The four pairs of the SRE workbook (14.4, 6, 3 and 1, over 1 h, 6 h, 1 d and 3 d), shortened to fit a watch of half an
 * hour: the windows are divided by 12 or more, cut at the release, and scaled with the length of the watch.
 */
export function burnPairs(watchSeconds = 1800): BurnPair[] {
  const scale = watchSeconds / 1800;
  return [
    { factor: 14.4, longSeconds: 300 * scale, shortSeconds: 60 * scale },
    { factor: 6, longSeconds: 900 * scale, shortSeconds: 120 * scale },
    { factor: 3, longSeconds: 1200 * scale, shortSeconds: 240 * scale },
    { factor: 1, longSeconds: 1800 * scale, shortSeconds: 300 * scale },
  ];
}

/** Books one increment, and forgets the points that no window needs any more. */
export function remember(history: History, seconds: number, counts: Counts, longestSeconds: number): void {
  if (counts.total > 0) history.points.push([seconds, counts.total, counts.bad]);
  let stale = 0;
  while (stale < history.points.length && (history.points[stale]?.[0] ?? 0) <= seconds - longestSeconds)
    stale++;
  if (stale > 0) history.points.splice(0, stale);
}

function windowOf(history: History, from: number, to: number): Counts {
  const sum = { total: 0, bad: 0 };
  for (let i = history.points.length - 1; i >= 0; i--) {
    const [at, total, bad] = history.points[i] as [number, number, number];
    if (at <= from) break;
    if (at > to) continue;
    sum.total += total;
    sum.bad += bad;
  }
  return sum;
}

export interface BurnRule {
  limit: number;
  pairs: readonly BurnPair[];
  /** Bad requests that the long window must hold. Without this, one bad request of sixty would fire the rule. */
  fewestBad: number;
}

export interface BurnFinding {
  pair: BurnPair;
  long: Counts;
  short: Counts;
}

/** Returns the first pair whose long and short window both burn faster than its factor, or undefined. */
export function burning(history: History, rule: BurnRule, now: number): BurnFinding | undefined {
  for (const pair of rule.pairs) {
    const long = windowOf(history, now - pair.longSeconds, now);
    const short = windowOf(history, now - pair.shortSeconds, now);
    const above = (counts: Counts) =>
      counts.total > 0 && counts.bad / counts.total > pair.factor * rule.limit;
    if (long.bad >= rule.fewestBad && above(long) && above(short)) return { pair, long, short };
  }
  return undefined;
}

export interface ThresholdRule {
  /** Fraction of bad requests above which a check fails. */
  maxRate: number;
  windowSeconds: number;
  /** Seconds between two checks. */
  intervalSeconds: number;
  /** This many failed checks are tolerated. They add up over the whole watch. */
  failuresAllowed: number;
  /** What a window without a request means. */
  noData: 'ignore' | 'fail';
  /** Acts one interval after the last failed check, as some controllers do. */
  actsLater?: boolean;
}

/**
 * True once the rule takes the release back.
 * @param look the second of this check
 * @param now the second up to which the source has seen everything
 */
export function crossed(history: History, rule: ThresholdRule, look: number, now: number): boolean {
  if (history.firesAt !== null && look >= history.firesAt) return true;
  if (look < history.lookedAt + rule.intervalSeconds) return false;
  history.lookedAt = look;
  const seen = windowOf(history, now - rule.windowSeconds, now);
  const failed = seen.total === 0 ? rule.noData === 'fail' : seen.bad / seen.total > rule.maxRate;
  if (failed) history.failures++;
  if (history.failures <= rule.failuresAllowed) return false;
  if (!rule.actsLater) return true;
  history.firesAt ??= look + rule.intervalSeconds;
  return false;
}
