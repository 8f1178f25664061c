import type { Gate } from '../../budget/gate.ts';
import { addCounts, type Counts, noCounts } from '../../evidence/counts.ts';
import type { Verdict } from '../../report/verdict.ts';
import type { ServingHealth } from '../../watch/serving-health.ts';
import type { InvoiceFacts } from '../budget.ts';
import { atFull, readCounts, type WatchFacts } from '../watch/facts.ts';

/** What the release knows of itself, as it stands in its report (`evidence.release`); times in seconds since it began. */
export interface ReleaseFacts {
  service?: string | undefined;
  url?: string | undefined;
  before?: string | undefined;
  /** It cannot serve any more, so nothing can go back to it. */
  before_gone?: boolean | undefined;
  candidate?: string | undefined;
  first: boolean;
  unchanged: boolean;
  serving: { revision: string; percent: number }[];
  /** RFC 3339: when that was last read. */
  verified_at: string;
  exposure?: string | undefined;
  kept_pin: boolean;
  after_promote: 'pinned' | 'latest';
  steps: number[];
  seconds: number;
  stages: StageFacts[];
  shares: { at: number; percent: number }[];
  segments: SegmentFacts[];
  /** How `before` has done since the traffic went back to it. */
  after?: ServingHealth | undefined;
  warnings: string[];
  commit?: { sha: string; url?: string | undefined; compare?: string | undefined } | undefined;
  attempt?: number | undefined;
  /** What the gate saw, and what this release cost. */
  budget?: { gate: Gate; invoice?: InvoiceFacts | undefined; window_days: number } | undefined;
  dry_run?: boolean | undefined;
  logs_url?: string | undefined;
  /** The run that this release gave way to. */
  other_run_url?: string | undefined;
}

export interface StageFacts {
  stage: string;
  kind: 'check' | 'build' | 'smoke' | 'watch' | 'back' | 'verify' | 'finish';
  start: number;
  seconds: number;
  verdict: Verdict;
  note: string;
}

export interface SegmentFacts {
  percent: number;
  phase: 'split' | 'full';
  verdict: Verdict;
  reason: string;
  requests?: number | undefined;
  bad?: number | undefined;
  /** The watch's own evidence; read as far as it is what it should be. */
  evidence?: unknown;
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The watch's own evidence, where it is what it should be. */
export function watchFactsOf(segment: SegmentFacts): WatchFacts | undefined {
  const { tests, points } = objectOf(segment.evidence);
  if (!Array.isArray(tests) || tests.length === 0 || !Array.isArray(points)) return undefined;
  return segment.evidence as WatchFacts;
}

/**
 * The segment that decided, or the last one, and the steps that its question is about: those of a split are one
 * question, 100 % is another. `watch` is its evidence with the looks and the failures of all these steps.
 */
export function decidingSteps(
  facts: ReleaseFacts,
): { segment: SegmentFacts; steps: SegmentFacts[]; watch: WatchFacts } | undefined {
  const segment = facts.segments.findLast((entry) => entry.verdict === 'fail') ?? facts.segments.at(-1);
  const evidence = segment && watchFactsOf(segment);
  if (!segment || !evidence) return undefined;
  const steps = facts.segments
    .slice(0, facts.segments.indexOf(segment) + 1)
    .filter(({ phase }) => !atFull(evidence) || phase === 'full');
  const seen = steps.map(watchFactsOf).filter((step) => step !== undefined);
  const points = seen.flatMap((step) => step.points);
  const failures = seen.flatMap((step) => step.failures ?? []);
  return { segment, steps, watch: { ...evidence, points, failures } };
}

/** What users sent to both revisions in this segment, under its first objective. */
export function countsOf(segment: SegmentFacts): { candidate: Counts; baseline: Counts } {
  const facts = watchFactsOf(segment);
  if (facts !== undefined) return segmentCounts(facts, 0);
  return {
    candidate: readCounts({ total: segment.requests, bad: segment.bad }),
    baseline: { ...noCounts },
  };
}

/**
 * What one objective counted in this segment alone: its looks are increments, while the counts of the test go back to
 * the first shift, over all segments.
 */
export function segmentCounts(facts: WatchFacts, test: number): { candidate: Counts; baseline: Counts } {
  const sums = { candidate: { ...noCounts }, baseline: { ...noCounts } };
  for (const point of facts.points)
    for (const arm of ['candidate', 'baseline'] as const)
      addCounts(sums[arm], readCounts(point?.tests?.[test]?.[arm]));
  return sums;
}

/** The candidate's users' requests of all segments, by objective: read, or left out by a sample and estimated. */
export function spentIn(segments: readonly SegmentFacts[]): Record<string, Counts> {
  const spent: Record<string, Counts> = {};
  for (const segment of segments) {
    const facts = watchFactsOf(segment);
    for (const [index, { objective, stream, unread }] of (facts?.tests ?? []).entries()) {
      if (!facts || stream !== 'users') continue;
      const sum = spent[objective.id] ?? { ...noCounts };
      spent[objective.id] = sum;
      addCounts(sum, segmentCounts(facts, index).candidate);
      addCounts(sum, readCounts(unread));
    }
  }
  return spent;
}
