import type { Counts } from '../evidence/counts.ts';

/**
 * The classical rules, for those who must use them and for the bench. They see only the candidate, and give no bound
 * on false rollbacks. Both judge a history of increments, pruned to their longest window.
 */
export interface History {
  /** [seconds since the shift, requests, bad requests], ascending. */
  points: [number, number, number][];
  /** How often the threshold was crossed so far, and when it was last looked at. */
  failures: number;
  lookedAt: number;
  /** Set once the rule has fired, for rules that act one interval later. */
  firesAt: number | null;
}

export const newHistory = (): History => ({ points: [], failures: 0, lookedAt: 0, firesAt: null });

export interface BurnPair {
  /** Multiple of the rate that would spend the budget exactly. */
  factor: number;
  longSeconds: number;
  shortSeconds: number;
}

/**
 * The SRE workbook's pairs (14.4, 6, 3, 1 over 1 h, 6 h, 1 d, 3 d) for a watch of half an hour: windows divided by
 * about 12 and more, truncated at the release, and scaled with the length of the watch.
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

/** Books one increment and forgets what no window needs. */
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
  /** Fewest bad requests in the long window: without it one bad request of sixty fires. */
  fewestBad: number;
}

export interface BurnFinding {
  pair: BurnPair;
  long: Counts;
  short: Counts;
}

/** The first pair whose long and short window both burn faster than it allows. */
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
  /** Share of bad requests above which a look is a failure. */
  maxRate: number;
  windowSeconds: number;
  /** Looks happen this often. */
  intervalSeconds: number;
  /** That many failures are tolerated; they are counted, not forgotten. */
  failuresAllowed: number;
  /** What a window without a request is. */
  noData: 'ignore' | 'fail';
  /** Acts one interval after the last failure, as some controllers do. */
  actsLater?: boolean;
}

/** True once the rule takes the release back. `now` is the moment until when everything was seen. */
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
