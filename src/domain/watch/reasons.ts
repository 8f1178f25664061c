import type { Counts } from '../evidence/counts.ts';
import { oddsText } from '../evidence/odds.ts';
import type { OpenEnd } from './outcome.ts';
import { countText, percentText } from './words.ts';

export interface ReasonFacts {
  candidate: string;
  baseline?: string | undefined;
  /** What the objective asks for, such as "requests without an error". */
  title: string;
  kind: 'availability' | 'latency';
  limit: number;
  /** Since its first traffic. */
  counts: Counts;
  /** `counts` are of more than one share of traffic. */
  steps?: boolean | undefined;
  /** At 100 % alone, where that decided and it had less before. */
  full?: Counts | undefined;
  beside?: Counts | undefined;
  /** ln of the evidence that decided. */
  evidence: number;
}

const did = { availability: 'failed', latency: 'were too slow' } as const;

const sinceFirst = (steps: boolean | undefined) => (steps ? ' since it first got traffic' : '');
const classical = (rule: string | undefined) => rule !== undefined && rule !== 'evidence';

/** "37 of 2 880 requests failed on X (1.28 %), the objective allows 0.50 %; ..." Odds are of the evidence alone. */
export function failReason(facts: ReasonFacts, rule?: string): string {
  const { beside, limit, full, candidate } = facts;
  const counts = full ?? facts.counts;
  const where = full ? 'At 100 % of the traffic ' : '';
  const since = full ? '' : sinceFirst(facts.steps);
  const seen = `${where}${countText(counts.bad)} of ${countText(counts.total)} requests ${did[facts.kind]} on ${candidate}${since} (${percentText(counts.bad / Math.max(1, counts.total))}), the objective allows ${percentText(limit)}`;
  const compared =
    beside && beside.total > 0 && facts.baseline
      ? `; ${facts.baseline} beside it had ${percentText(beside.bad / beside.total)}`
      : '';
  if (classical(rule)) return `${seen}${compared}. The ${rule} rule took it back.`;
  const odds = beside ? 'Odds that it is worse' : 'Odds that it breaks the objective';
  return `${seen}${compared}. ${odds}: ${oddsText(facts.evidence)}.`;
}

/** `rule`: a classical rule has not fired, which proves nothing. */
export function passReason(facts: ReasonFacts, requests: number, probes: number, rule?: string): string {
  const proof =
    probes > 0
      ? `${countText(requests)} requests and ${countText(probes)} probes`
      : `${countText(requests)} requests`;
  const seen = `${countText(facts.counts.bad)} of ${proof} ${did[facts.kind]}${sinceFirst(facts.steps)}, ${percentText(facts.limit)} are allowed.`;
  if (classical(rule)) return `The ${rule} rule did not fire on ${facts.candidate}: ${seen}`;
  return `${facts.candidate} keeps its objective: ${seen}`;
}

export interface OpenFacts {
  candidate: string;
  /** Since its first traffic, and how many of them at 100 %, where it has that. */
  requests: number;
  full?: number | undefined;
  detectable: number | undefined;
  /** Requests that would prove the objective if none of them fails it. */
  proving?: number | undefined;
  /** Why nothing could be seen. */
  why: string;
  /** Odds (ln) that it is worse than the baseline, where that alone withheld the pass. */
  worse?: { baseline: string; odds: number } | undefined;
}

export function openReason(end: OpenEnd, facts: OpenFacts): string {
  if (end === 'platform')
    return `Both revisions break the objective at once, so the platform is suspected, not ${facts.candidate}.`;
  if (end === 'blind') return `The watch could not see: ${facts.why}`;
  const requests = countText(facts.requests);
  if (facts.worse)
    return `${facts.candidate} fails more often than ${facts.worse.baseline} (odds ${oddsText(facts.worse.odds)}), and ${requests} requests do not show that it breaks its objective.`;
  const seen =
    facts.requests === 0
      ? `No request of a user reached ${facts.candidate}`
      : `${requests} requests${atFullText(facts)} are too few to decide about ${facts.candidate}`;
  const blindTo =
    facts.detectable === undefined
      ? 'no regression could have been seen'
      : `only an error rate above ${percentText(facts.detectable)} would have been seen`;
  return `${seen}: ${blindTo}${provingText(facts)}.`;
}

/** How many it takes, where there were fewer. */
function provingText({ requests, proving }: OpenFacts): string {
  return proving === undefined || requests >= proving
    ? ''
    : `; ${countText(proving)} without a fault prove the objective`;
}

/** What could have been seen at 100 % hangs on the requests there. */
function atFullText({ requests, full }: OpenFacts): string {
  if (full === undefined || full >= requests) return '';
  return `, ${full === 0 ? 'none' : countText(full)} of them at 100 %,`;
}
