import { addCounts, type Counts, noCounts } from '../../evidence/counts.ts';
import { compared, decidingCounts, readCounts, type WatchFacts } from '../../watch/evidence.ts';

/** A rate of one or two requests jumps between 0 and 100 %. So a line begins once this many, and a twentieth of all, are counted. */
export const fewestRequests = 20;
const firstPart = 0.05;
/** The number of points is small enough for the table beside the chart to list them all. */
const mostLooks = 24;

/** The sums at one look. */
export interface Look {
  /** Since the candidate's first traffic. */
  seconds: number;
  candidate: Counts;
  baseline: Counts;
}

/** A look, and what the candidate did in the time just before it. */
export interface ShownLook extends Look {
  recent: Counts;
}

/** Sums shifted so that the last one is `end`. */
const endingAt = (end: Counts, last: Counts, sum: Counts): Counts => {
  const total = Math.max(0, end.total - last.total + sum.total);
  return { total, bad: Math.min(total, Math.max(0, end.bad - last.bad + sum.bad)) };
};

/**
 * The sums at every look. The last one equals the totals in the table. Looks hold increments, which may add up to less
 * than the totals (an earlier runner counted too) or to more (log lines of the step before arrived late). Both belong
 * before the first look.
 */
export function courseOf(facts: WatchFacts, test: number): Look[] {
  const sums = { candidate: { ...noCounts }, baseline: { ...noCounts } };
  const looks = facts.points.map((point): Look => {
    const counts = point?.tests?.[test];
    addCounts(sums.candidate, readCounts(counts?.candidate));
    addCounts(sums.baseline, readCounts(counts?.baseline));
    return {
      seconds: point?.seconds ?? 0,
      candidate: { ...sums.candidate },
      baseline: { ...sums.baseline },
    };
  });
  const candidate = decidingCounts(facts, test);
  const baseline = readCounts(facts.tests[test]?.baseline);
  return looks.map((look) => ({
    seconds: look.seconds,
    candidate: endingAt(candidate, sums.candidate, look.candidate),
    baseline: endingAt(baseline, sums.baseline, look.baseline),
  }));
}

const enough = (counts: Counts, all: Counts): boolean =>
  counts.total >= Math.max(fewestRequests, firstPart * all.total);

/** Returns true if the old revision gets a line in the chart. */
export function hasBaselineLine(facts: WatchFacts, looks: readonly Look[]): boolean {
  return compared(facts) && (looks.at(-1)?.baseline.total ?? 0) >= fewestRequests;
}

/**
 * The looks that a chart and its table show. They begin with the first look that has enough requests for every line, and are evenly
 * spaced, because a chart can draw no others. Empty if fewer than two remain.
 */
export function shownLooks(facts: WatchFacts, test: number): ShownLook[] {
  const looks = courseOf(facts, test);
  const last = looks.at(-1);
  if (last === undefined) return [];
  const beside = hasBaselineLine(facts, looks);
  const from = looks.findIndex(
    (look) => enough(look.candidate, last.candidate) && (!beside || enough(look.baseline, last.baseline)),
  );
  const telling = from < 0 ? [] : looks.slice(from);
  const begin = telling[0]?.seconds ?? 0;
  const span = last.seconds - begin;
  // Older versions of Mermaid lose the last points if there are more points than seconds.
  const most = Math.min(mostLooks, telling.length, Math.floor(span) + 1);
  if (most < 2) return [];
  const shown = Array.from({ length: most }, (_, i) => nearest(telling, begin + (i * span) / (most - 1)));
  shown[most - 1] = last;
  return shown.map((look) => ({ ...look, recent: recentCounts(looks, look, windowOf(span)) }));
}

/** The window beside the sums: a sixth of the time that the chart shows, but at least half a minute. */
export const windowOf = (span: number): number => Math.max(30, Math.round(span / 6));

/** What the candidate did in so many seconds before a look. The window grows until it has enough requests for a rate. */
function recentCounts(looks: readonly Look[], { seconds, candidate }: Look, window: number): Counts {
  const before = looks.findLast(
    (look) => look.seconds <= seconds - window && candidate.total - look.candidate.total >= fewestRequests,
  );
  const { total, bad } = before?.candidate ?? noCounts;
  return { total: candidate.total - total, bad: Math.max(0, candidate.bad - bad) };
}

const nearest = (looks: readonly Look[], seconds: number): Look =>
  looks.reduce((best, look) =>
    Math.abs(look.seconds - seconds) < Math.abs(best.seconds - seconds) ? look : best,
  );
