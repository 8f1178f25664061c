import type { Counts } from '../evidence/counts.ts';
import { type Blame, platformAt } from '../evidence/decide.ts';
import type { Objective } from '../slo/objective.ts';
import { countText, percentText } from '../text/numbers.ts';
import type { Failure } from './failures.ts';

/** What the section reads of a watch's evidence (steps/watch-types.ts has the whole). */
export interface WatchFacts {
  candidate: string;
  baseline?: string | undefined;
  /** `full`: all traffic is the candidate's. */
  phase?: 'split' | 'full' | undefined;
  share: number;
  /** Whom the decision blames: `release` after a comparison, `platform` where both revisions break the objective. */
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
    /** Since the candidate's first traffic. */
    candidate: Counts;
    baseline: Counts;
    /** The candidate's at 100 % alone. */
    full?: Counts | undefined;
    /** Left out by a sample in this segment, estimated. */
    unread?: Counts | undefined;
    interval: readonly [number, number];
    detectable?: number | undefined;
    /** ln of the evidence that decides: while traffic is split, that it is worse than the baseline. */
    against: number;
    actsAt: number;
    /** The watch failed on this one. */
    failed?: boolean | undefined;
    pass: number;
    /** ln of the evidence that each revision by itself breaks the objective. */
    breaks?: { candidate: number; baseline?: number | undefined } | undefined;
  }[];
  points: readonly { seconds: number; tests: readonly { candidate: Counts; baseline: Counts }[] }[];
  /** Absent in reports of before, and where nobody can say. */
  failures?: readonly Omit<Failure, 'revision'>[] | undefined;
}

export type WatchTest = WatchFacts['tests'][number];

/** The evidence if the watch tested anything. A report that was read from a file may hold anything at all. */
export const testedFacts = (facts: WatchFacts | undefined): WatchFacts | undefined =>
  Array.isArray(facts?.tests) && facts.tests.length > 0 && Array.isArray(facts.points) ? facts : undefined;

/**
 * At 100 % only what was served there decides; while traffic is split, all since the first traffic. So it is where the
 * last lines of the split's log prove at 100 % that it was worse.
 */
export const atFull = (facts: WatchFacts): boolean => facts.phase === 'full' && facts.blame !== 'release';

/** Is there a revision beside it whose numbers belong to this phase? */
export const compared = (facts: WatchFacts): boolean => facts.baseline !== undefined && !atFull(facts);

const number = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** Counts as a report may hold them. */
export const readCounts = (
  counts: { total?: number | undefined; bad?: number | undefined } | undefined,
): Counts => {
  const total = number(counts?.total);
  return { total, bad: Math.min(total, number(counts?.bad)) };
};

/** The candidate's requests that its sentence, its table and the end of its line speak of. */
export function decidingCounts(facts: WatchFacts, test: number): Counts {
  const at = facts.tests[test];
  return readCounts((atFull(facts) ? at?.full : undefined) ?? at?.candidate);
}

/** Both revisions break this objective: neither is blamed, whatever the other odds say. */
export const platformSuspected = (facts: WatchFacts, { breaks }: WatchTest): boolean =>
  facts.blame === 'platform' &&
  Math.min(breaks?.candidate ?? 0, breaks?.baseline ?? 0) >= Math.log(platformAt);

export const rate = ({ total, bad }: Counts): number => (total === 0 ? 0 : bad / total);

/** `5 of 302 (1.66 %)` */
export const badText = ({ total, bad }: Counts): string =>
  total === 0 ? '-' : `${countText(bad)} of ${countText(total)} (${percentText(bad / total)})`;
