import type { Answers } from '../evidence/answers.ts';
import type { Counts } from '../evidence/counts.ts';
import { type Blame, platformAt } from '../evidence/decide.ts';
import type { Objective } from '../slo/objective.ts';
import { countText, percentText } from '../text/numbers.ts';
import type { ClientFacts, Refused } from './clients/facts.ts';
import type { Failure } from './failures.ts';
import type { Quantiles } from './latency.ts';

/** The part of a watch's evidence that reports show. steps/watch/evidence.ts has all of it. */
export interface WatchFacts {
  candidate: string;
  baseline?: string | undefined;
  /** `full`: all traffic is the candidate's. */
  phase?: 'split' | 'full' | undefined;
  share: number;
  /** `release` after a comparison, `platform` if both revisions break the objective. */
  blame?: Blame | undefined;
  /** The classical rule that decided in place of the evidence. */
  rule?: string | undefined;
  source: string;
  lagSeconds: number;
  notes: readonly string[];
  /** The role that this identity lacks, if the source refused to show its counts. */
  missingRole?: string | undefined;
  tests: readonly {
    objective: Objective;
    stream: 'users' | 'probes';
    limit: number;
    /** The candidate's requests since its first traffic. */
    candidate: Counts;
    baseline: Counts;
    /** The candidate's requests that came at 100 %. */
    full?: Counts | undefined;
    /** Requests that a sample left out in this segment, estimated. */
    unread?: Counts | undefined;
    interval: readonly [number, number];
    detectable?: number | undefined;
    /** ln of the evidence that decides. While traffic is split, it says that the candidate is worse than the baseline. */
    against: number;
    actsAt: number;
    /** True if this test decided against the candidate. */
    failed?: boolean | undefined;
    pass: number;
    /** ln of the evidence that each revision by itself breaks the objective. */
    breaks?: { candidate: number; baseline?: number | undefined } | undefined;
  }[];
  points: readonly PointFacts[];
  /** When the candidate's share of traffic changed, in seconds since the first shift. Absent in older reports. */
  shifts?: readonly Shift[] | undefined;
  /** Answers of 4xx. Absent in older reports, and if the source does not tell them apart. */
  clients?: ClientFacts | undefined;
  /** Requests that the front end refused, which are in no count. Absent in older reports. */
  refused?: readonly Refused[] | undefined;
  /** How long all answers of this step took. Absent in older reports, and if the source does not say it. */
  latency?: Latencies | undefined;
  /** The kinds of failure, most frequent first. Absent in older reports, and if the source cannot say. */
  failures?: readonly Omit<Failure, 'revision'>[] | undefined;
}

export type WatchTest = WatchFacts['tests'][number];

/** How long answers of both revisions took. A revision with too few answers is left out. */
export interface Latencies {
  candidate?: Quantiles | undefined;
  baseline?: Quantiles | undefined;
}

export interface Shift {
  seconds: number;
  share: number;
}

/** What one look added. Counts are increments since the look before. */
export interface PointFacts {
  seconds: number;
  tests: readonly {
    candidate: Counts;
    baseline: Counts;
    /** ln of the evidence, as in `WatchTest`. Absent in older reports. */
    against?: number | undefined;
    pass?: number | undefined;
    breaks?: { candidate: number; baseline?: number | undefined } | undefined;
  }[];
  /** Answers of 4xx. Absent in older reports, and if the source does not tell them apart. */
  clients?: { candidate: Answers; baseline: Answers } | undefined;
  /** How long the answers of the last minute took. Absent in older reports, and if the source does not say it. */
  latency?: Latencies | undefined;
}

/** Returns the evidence if the watch tested anything. A report that was read from a file may hold anything at all. */
export const testedFacts = (facts: WatchFacts | undefined): WatchFacts | undefined =>
  Array.isArray(facts?.tests) && facts.tests.length > 0 && Array.isArray(facts.points) ? facts : undefined;

/**
 * True if only the requests at 100 % decide. While traffic is split, all requests since the first traffic decide. That
 * also holds at 100 % if late log lines of the split prove that the candidate was worse.
 */
export const atFull = (facts: WatchFacts): boolean => facts.phase === 'full' && facts.blame !== 'release';

/** True if the candidate was compared with another revision in this phase. */
export const compared = (facts: WatchFacts): boolean => facts.baseline !== undefined && !atFull(facts);

const number = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** Reads the counts of a report. A report that was read from a file may hold anything. */
export const readCounts = (
  counts: { total?: number | undefined; bad?: number | undefined } | undefined,
): Counts => {
  const total = number(counts?.total);
  return { total, bad: Math.min(total, number(counts?.bad)) };
};

/** The candidate's requests for the reason, the table and the last point of the chart, so that all three agree. */
export function decidingCounts(facts: WatchFacts, test: number): Counts {
  const at = facts.tests[test];
  return readCounts((atFull(facts) ? at?.full : undefined) ?? at?.candidate);
}

/** True if both revisions break this objective, so that neither is blamed, even if the other odds point at one of them. */
export const platformSuspected = (facts: WatchFacts, { breaks }: WatchTest): boolean =>
  facts.blame === 'platform' &&
  Math.min(breaks?.candidate ?? 0, breaks?.baseline ?? 0) >= Math.log(platformAt);

export const rate = ({ total, bad }: Counts): number => (total === 0 ? 0 : bad / total);

/** `5 of 302 (1.66 %)` */
export const badText = ({ total, bad }: Counts): string =>
  total === 0 ? '-' : `${countText(bad)} of ${countText(total)} (${percentText(bad / total)})`;
