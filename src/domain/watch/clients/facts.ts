import { type Answers, clientRate } from '../../evidence/answers.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { oddsRatio, oddsText } from '../../text/odds.ts';
import type { ClientErrors } from './cells.ts';

/** Requests that Google's front end refused with one status, before they reached a revision. */
export interface Refused {
  status: number;
  count: number;
}

/** What a watch knows about answers of 4xx. Reports hold it. */
export interface ClientFacts {
  judged: ClientErrors;
  /** While traffic was split. */
  candidate: Answers;
  baseline: Answers;
  /** The candidate with all traffic; undefined before that. */
  alone: Answers | undefined;
  /** The fraction of 4xx before the candidate had all traffic. Undefined if no answer of that time was seen. */
  before?: number | undefined;
  /** ln of the evidence that the candidate gives more of them, and the level at which it acts. Undefined if not compared. */
  odds: number | undefined;
  actsAt: number | undefined;
  decided: 'worse' | 'mostly' | undefined;
}

const rateText = ({ total, client }: Answers): string =>
  `${countText(client)} of ${countText(total)} (${percentText(clientRate({ total, client }))})`;

/** `, most of them HTTP 404 on GET /v1/ocr` */
const mostText = (most: string | undefined) => (most ? `, most of them ${most}` : '');

/**
 * "312 of 318 answers of X were 4xx (98.1 %), most of them HTTP 404 on GET /, and Y had 0.3 %. …"
 * @param most what most of the 4xx have in common; a line of text in printable ASCII
 */
export function clientReason(
  facts: ClientFacts,
  names: { candidate: string; baseline?: string | undefined; most?: string | undefined },
): string {
  const { candidate, baseline, most } = names;
  if (facts.decided === 'worse') {
    const { total, client } = facts.candidate;
    const rate = percentText(clientRate(facts.candidate));
    const beside = baseline
      ? ` ${baseline} had ${percentText(clientRate(facts.baseline))} at the same time.`
      : '';
    return `${countText(client)} of ${countText(total)} answers of ${candidate} were 4xx (${rate})${mostText(most)}.${beside} Odds that the new revision gives more of them: ${oddsText(facts.odds ?? 0)}.`;
  }
  const { total, client } = facts.alone ?? facts.candidate;
  return `${countText(client)} of ${countText(total)} answers of ${candidate} were 4xx (${percentText(clientRate({ total, client }))})${mostText(most)}. ${beforeText(facts.before)} No other revision got requests to compare with, so callers may be the cause.`;
}

/** `4xx: new 12 of 60 (20.0 %), old 0 of 58 (0 %) (more 90:1, acts at 10 000:1)`. Undefined if there were none. */
export function clientText(facts: ClientFacts, compared: boolean): string | undefined {
  const { odds, actsAt } = facts;
  const own = compared ? facts.candidate : (facts.alone ?? facts.candidate);
  if (own.client === 0 && !(compared && facts.baseline.client > 0)) return undefined;
  const beside = compared ? `, old ${rateText(facts.baseline)}` : '';
  const judged =
    compared && odds !== undefined && actsAt !== undefined
      ? ` (more ${oddsRatio(odds)}, acts at ${oddsRatio(actsAt)})`
      : '';
  return `4xx: new ${rateText(own)}${beside}${judged}`;
}

const beforeText = (before: number | undefined) =>
  before === undefined
    ? 'No answer was seen in the time before, so it is not known whether it was the same then.'
    : `Before it had all traffic it was ${percentText(before)}.`;

/** `12 requests that Google's front end refused (401: 3, 403: 9)`. Empty if there were none. */
export function refusedText(refused: readonly Refused[]): string {
  const all = refused.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return '';
  const each = refused.map(({ status, count }) => `${status}: ${countText(count)}`).join(', ');
  return `${countText(all)} request${all === 1 ? '' : 's'} that Google's front end refused (${each})`;
}
