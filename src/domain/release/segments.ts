import { addCounts, type Counts, noCounts } from '../evidence/counts.ts';
import { atFull, readCounts, testedFacts, type WatchFacts } from '../watch/evidence.ts';
import type { ReleaseFacts, SegmentFacts } from './facts.ts';

/** A segment's evidence if its watch tested anything. */
export const watchFactsOf = ({ evidence }: SegmentFacts): WatchFacts | undefined => testedFacts(evidence);

/**
 * The segment that decided, or the last one, and the steps that were judged together with it. All canary steps are judged together, and
 * 100 % is judged separately. `watch` is the segment's evidence with the looks and failures of all these steps.
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

/** The lowest status of the answers that decided against the candidate. Undefined if no status did, for instance if it was slow. */
export function badStatus(segments: readonly SegmentFacts[]): 400 | 500 | undefined {
  const decided = segments.map(watchFactsOf).filter((facts) => facts !== undefined);
  if (decided.some(({ clients }) => clients?.decided)) return 400;
  const failed = decided.flatMap(({ tests }) => tests.filter((test) => test.failed));
  return failed.some(({ objective, stream }) => stream === 'users' && objective.kind === 'availability')
    ? 500
    : undefined;
}

/** Requests of users to both revisions in this segment, as its first objective counts them. */
export function countsOf(segment: SegmentFacts): { candidate: Counts; baseline: Counts } {
  const facts = watchFactsOf(segment);
  if (facts !== undefined) return segmentCounts(facts, 0);
  return {
    candidate: readCounts({ total: segment.requests, bad: segment.bad }),
    baseline: { ...noCounts },
  };
}

/**
 * What one objective counted in this segment alone. The counts of a test go back to the first shift over all segments,
 * so this adds up the looks, which are increments.
 */
export function segmentCounts(facts: WatchFacts, test: number): { candidate: Counts; baseline: Counts } {
  const sums = { candidate: { ...noCounts }, baseline: { ...noCounts } };
  for (const point of facts.points)
    for (const arm of ['candidate', 'baseline'] as const)
      addCounts(sums[arm], readCounts(point?.tests?.[test]?.[arm]));
  return sums;
}

/** Requests of users to the candidate in all segments, by objective. Those that a sample left out are estimated. */
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
