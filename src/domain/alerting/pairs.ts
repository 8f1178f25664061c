import { percentText } from '../text/numbers.ts';
import { spanText } from '../text/span.ts';
import type { BurnPair } from '../watch/policies.ts';

/** How urgent an alert is: `page` wakes a person, `ticket` waits for the next working day. */
export type Urgency = 'page' | 'ticket';

export interface AlertPair extends BurnPair {
  urgency: Urgency;
  /** The share of the whole budget that is spent when the alert fires. */
  share: number;
}

/** A pair that is left out, and why. */
export interface LeftOutPair {
  longSeconds: number;
  why: string;
}

const hour = 3600;
const day = 24 * hour;

/** The windows of the SRE workbook, each with the share of the budget that it guards. The short window ends the alert. */
const workbook = [
  { urgency: 'page', share: 0.02, longSeconds: hour, shortSeconds: 300 },
  { urgency: 'page', share: 0.05, longSeconds: 6 * hour, shortSeconds: 1800 },
  { urgency: 'ticket', share: 0.1, longSeconds: day, shortSeconds: 2 * hour },
  { urgency: 'ticket', share: 0.1, longSeconds: 3 * day, shortSeconds: 6 * hour },
] as const;

/**
 * The pairs of windows that alert on one objective. The factor follows from the share and the length of the objective's
 * window: 14.4, 6, 3 and 1 for 30 days. A pair is left out if it would fire although the objective is kept, or if no
 * outage could make it fire.
 * @param limit the tolerated fraction of bad requests
 */
export function alertPairs(
  windowSeconds: number,
  limit: number,
): { pairs: AlertPair[]; leftOut: LeftOutPair[] } {
  const pairs: AlertPair[] = [];
  const leftOut: LeftOutPair[] = [];
  for (const { urgency, share, longSeconds, shortSeconds } of workbook) {
    const factor = Number(((share * windowSeconds) / longSeconds).toPrecision(6));
    const out = (why: string) => leftOut.push({ longSeconds, why });
    if (longSeconds > windowSeconds)
      out(`its window of ${spanText(longSeconds)} is longer than that of the objective`);
    else if (factor < 1)
      out(`it would fire at ${factor} times the budget's rate, although the objective is kept`);
    else if (factor * limit >= 1)
      out(
        `it needs ${factor} times ${percentText(limit)} of bad requests, which is more than all, so it could never fire`,
      );
    else pairs.push({ urgency, share, longSeconds, shortSeconds, factor });
  }
  return { pairs, leftOut };
}

/** The fraction of bad requests above which both windows of a pair must be. */
export const thresholdOf = ({ factor }: BurnPair, limit: number): number =>
  Number((factor * limit).toPrecision(12));

/** Seconds of a full outage, at even traffic, after which the first of these pairs fires. */
export function outageSeconds(pairs: readonly BurnPair[], limit: number): number | undefined {
  if (pairs.length === 0) return undefined;
  return Math.min(...pairs.map((pair) => pair.longSeconds * thresholdOf(pair, limit)));
}
