import type { Cell, Phase, TestSpec } from '../evidence/state.ts';

/** A moment at which traffic changed. */
export interface Mark {
  /** Milliseconds since the epoch. */
  at: number;
  phase: Phase;
  /** The candidate's share from then on; null until traffic has settled. */
  share: number | null;
}

/** What a source counted, with the index of the mark that it falls under. */
export interface SpanCount {
  /** Empty where the source cannot say which: 429 for want of an instance may carry no revision. */
  revision: string;
  objective: string;
  /** Index of the last of the caller's `marks` that is not after the request; -1 before all of them. */
  span: number;
  total: number;
  bad: number;
  /** The bucket straddles a change of traffic: no one share holds for it. */
  mixed?: boolean | undefined;
}

/** Marks for one shift: unsettled from the PATCH on, settled from when the service says so. */
export function marksOfShift(shift: {
  shiftedAt: number;
  settledAt: number;
  share: number;
  phase: Phase;
}): Mark[] {
  const { shiftedAt, settledAt, share, phase } = shift;
  const settled: Mark = { at: settledAt, phase, share };
  return settledAt > shiftedAt ? [{ at: shiftedAt, phase, share: null }, settled] : [settled];
}

/**
 * A source's counts as cells of the tests; what lies before the first shift belongs to no test. What names no
 * revision is the candidate's while it has all traffic, and nobody's while traffic is split.
 */
export function cellsOf(
  counts: readonly SpanCount[],
  marks: readonly Mark[],
  tests: readonly TestSpec[],
  revisions: { candidate: string; baseline?: string | undefined },
): Cell[] {
  const cells = new Map<string, Cell>();
  for (let test = 0; test < tests.length; test++) {
    const { objective, stream } = tests[test] as TestSpec;
    if (stream !== 'users') continue;
    for (const count of counts) {
      const mark = marks[count.span];
      if (!mark || count.objective !== objective) continue;
      const own = count.revision === revisions.candidate || (count.revision === '' && mark.phase === 'full');
      if (!own && (count.revision === '' || count.revision !== revisions.baseline)) continue;
      const key = `${test} ${count.span} ${count.mixed === true}`;
      const compared = mark.phase === 'split' && !count.mixed && revisions.baseline !== undefined;
      const cell = cells.get(key) ?? {
        test,
        phase: mark.phase,
        share: compared ? (mark.share ?? undefined) : undefined,
        candidate: { total: 0, bad: 0 },
        baseline: { total: 0, bad: 0 },
      };
      cells.set(key, cell);
      const arm = own ? cell.candidate : (cell.baseline as Cell['candidate']);
      arm.total += count.total;
      arm.bad += count.bad;
    }
  }
  return [...cells.values()];
}

/** Bad requests of a split that nobody can be blamed for, since they name no revision; each objective counts the same ones. */
export function namelessBad(counts: readonly SpanCount[], marks: readonly Mark[]): number {
  const sums = new Map<string, number>();
  for (const { revision, objective, span, bad } of counts)
    if (revision === '' && marks[span]?.phase === 'split')
      sums.set(objective, (sums.get(objective) ?? 0) + bad);
  return Math.max(0, ...sums.values());
}
