import { addCounts, type Counts, noCounts } from '../evidence/counts.ts';
import { atFull, readCounts, testedFacts, type WatchFacts } from '../watch/evidence.ts';
import type { ReleaseFacts, SegmentFacts } from './facts.ts';

/** A segment's evidence if its watch tested anything. */
export const watchFactsOf = ({ evidence }: SegmentFacts): WatchFacts | undefined => testedFacts(evidence);

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
