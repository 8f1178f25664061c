import type { Counts } from '../evidence/counts.ts';
import { badWords, type Objective } from '../slo/objective.ts';
import { countText, percentText } from '../text/numbers.ts';
import { oddsText } from '../text/odds.ts';
import { type Obstacle, obstacleText } from './obstacle.ts';

/** What a decision rests on. */
export interface DecidedFacts {
  candidate: string;
  kind: Objective['kind'];
  /** Tolerated fraction of bad requests. */
  limit: number;
  /** The candidate's requests since its first traffic. */
  counts: Counts;
  /** `counts` cover more than one canary step. */
  severalSteps?: boolean | undefined;
  /** The candidate's requests at 100 %, if those alone decided and there were others before. */
  full?: Counts | undefined;
  /** The revision that the candidate was compared with, if the comparison decided. */
  beside?: { revision: string; counts: Counts } | undefined;
  /** ln of the evidence that decided. */
  evidence: number;
}

const sinceFirst = (severalSteps: boolean | undefined) => (severalSteps ? ' since it first got traffic' : '');
const isClassical = (rule: string | undefined) => rule !== undefined && rule !== 'evidence';

/**
 * "37 of 2 880 requests failed on X (1.28 %). The objective allows 0.50 %. Odds that …"
 * @param rule the rule that decided; a classical one has no odds to show
 */
export function failReason(facts: DecidedFacts, rule?: string): string {
  const { beside, limit, full, candidate } = facts;
  const { total, bad } = full ?? facts.counts;
  const where = full ? 'At 100 % of the traffic, ' : '';
  const since = full ? '' : sinceFirst(facts.severalSteps);
  const rate = percentText(bad / Math.max(1, total));
  const seen = `${where}${countText(bad)} of ${countText(total)} requests ${badWords[facts.kind].were} on ${candidate}${since} (${rate}).`;
  const compared =
    beside && beside.counts.total > 0
      ? `, and ${beside.revision} had ${percentText(beside.counts.bad / beside.counts.total)} at the same time`
      : '';
  const allowed = `The objective allows ${percentText(limit)}${compared}.`;
  if (isClassical(rule)) return `${seen} ${allowed} The ${rule} rule took it back.`;
  const odds = beside ? 'Odds that it is worse' : 'Odds that it breaks the objective';
  return `${seen} ${allowed} ${odds}: ${oddsText(facts.evidence)}.`;
}

/**
 * "X keeps its objective: 0 of 503 requests and 40 probes failed (1.00 % are allowed)."
 * @param rule the rule that decided; a classical one that did not fire proves nothing
 */
export function passReason(facts: DecidedFacts, requests: number, probes: number, rule?: string): string {
  const counted =
    probes > 0
      ? `${countText(requests)} requests and ${countText(probes)} probes`
      : `${countText(requests)} requests`;
  const seen = `${countText(facts.counts.bad)} of ${counted} ${badWords[facts.kind].were}${sinceFirst(facts.severalSteps)} (${percentText(facts.limit)} are allowed).`;
  if (isClassical(rule)) return `The ${rule} rule did not fire on ${facts.candidate}: ${seen}`;
  return `${facts.candidate} keeps its objective: ${seen}`;
}

/** What a watch saw that ended without a decision because it saw too little. */
export interface TooFewFacts {
  candidate: string;
  kind: Objective['kind'];
  limit: number;
  /** Users' requests of the candidate since its first traffic. */
  requests: number;
  probes?: number | undefined;
  /** How many of the requests came at 100 %; undefined before that. */
  full?: number | undefined;
  /** The largest percent below 100 at which the objective was proved, if that happened. */
  passedAt?: number | undefined;
  /** The smallest error rate that these requests would have shown nine times in ten. */
  detectable: number | undefined;
  /** Requests that would prove the objective if none of them is bad. */
  proving?: number | undefined;
  /** Set if only doubt withheld the pass: the odds (ln) that the candidate is worse than this revision. */
  worse?: { baseline: string; odds: number } | undefined;
}

export type OpenEnding =
  | ({ end: 'too_few_requests' } & TooFewFacts)
  | { end: 'blind'; obstacle: Obstacle }
  | { end: 'platform'; candidate: string };

export function openReason(ending: OpenEnding): string {
  if (ending.end === 'platform')
    return `Both revisions break the objective at the same time, so the cause is probably the platform and not ${ending.candidate}.`;
  if (ending.end === 'blind') return obstacleText(ending.obstacle);
  return tooFewReason(ending);
}

function tooFewReason(facts: TooFewFacts): string {
  const { candidate, requests, probes = 0, full, passedAt, worse } = facts;
  const counted = countText(requests);
  if (worse)
    return `${candidate} seems to fail more often than ${worse.baseline} (odds ${oddsText(worse.odds)}), but ${counted} requests do not show that it breaks its objective.`;
  if (requests === 0 && probes > 0)
    return `${candidate} got no user requests, and ${countText(probes)} probes are too few to decide.${provingText(facts)}`;
  if (requests === 0)
    return `${candidate} got no user requests, so nothing was checked.${provingText(facts)}`;
  if (full === 0 && passedAt !== undefined)
    return `${candidate} passed at ${passedAt} %. At 100 % no request arrived.`;
  const atFull =
    full !== undefined && full < requests ? ` (${full === 0 ? 'none' : countText(full)} at 100 %)` : '';
  const noticed =
    facts.detectable === undefined
      ? 'Even if all of them had failed, that would not have been enough to act.'
      : `Only an error rate above ${percentText(facts.detectable)} would have been noticed.`;
  return `${counted} requests${atFull} are too few to decide about ${candidate}. ${noticed}${provingText(facts)}`;
}

/** " Proving 99.5 % takes 697 requests without an error.", unless there were that many. */
function provingText({ requests, proving, limit, kind }: TooFewFacts): string {
  if (proving === undefined || requests >= proving) return '';
  const target = `${Number(((1 - limit) * 100).toPrecision(6))} %`;
  return ` Proving ${target} takes ${countText(proving)} requests ${badWords[kind].good}.`;
}
