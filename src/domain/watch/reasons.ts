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
  counts: Counts;
  beside?: Counts | undefined;
  /** ln of the evidence that decided. */
  evidence: number;
}

const did = { availability: 'failed', latency: 'were too slow' } as const;

/** "37 of 2 880 requests failed on X (1.28 %), the objective allows 0.50 %; ..." */
export function failReason(facts: ReasonFacts): string {
  const { counts, beside, limit } = facts;
  const seen = `${countText(counts.bad)} of ${countText(counts.total)} requests ${did[facts.kind]} on ${facts.candidate} (${percentText(counts.bad / Math.max(1, counts.total))}), the objective allows ${percentText(limit)}`;
  const compared =
    beside && beside.total > 0 && facts.baseline
      ? `; ${facts.baseline} beside it had ${percentText(beside.bad / beside.total)}`
      : '';
  return `${seen}${compared}. Odds that it breaks the objective: ${oddsText(facts.evidence)}.`;
}

/** `rule`: a classical rule has not fired, which proves nothing. */
export function passReason(facts: ReasonFacts, requests: number, probes: number, rule?: string): string {
  const proof =
    probes > 0
      ? `${countText(requests)} requests and ${countText(probes)} probes`
      : `${countText(requests)} requests`;
  const seen = `${countText(facts.counts.bad)} of ${proof} ${did[facts.kind]}, ${percentText(facts.limit)} are allowed.`;
  if (rule !== undefined && rule !== 'evidence')
    return `The ${rule} rule did not fire on ${facts.candidate}: ${seen}`;
  return `${facts.candidate} keeps its objective: ${seen}`;
}

export interface OpenFacts {
  candidate: string;
  requests: number;
  detectable: number | undefined;
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
      : `${requests} requests are too few to decide about ${facts.candidate}`;
  return `${seen}: ${facts.detectable === undefined ? 'no regression could have been seen' : `only an error rate above ${percentText(facts.detectable)} would have been seen`}.`;
}
