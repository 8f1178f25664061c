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
  revision: string;
  objective: string;
  span: number;
  total: number;
  bad: number;
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

/** A source's counts as cells of the tests; what lies before the first shift belongs to no test. */
export function cellsOf(
  counts: readonly SpanCount[],
  marks: readonly Mark[],
  tests: readonly TestSpec[],
  revisions: { candidate: string; baseline?: string | undefined },
): Cell[] {
  const cells: Cell[] = [];
  for (let test = 0; test < tests.length; test++) {
    const { objective, stream } = tests[test] as TestSpec;
    if (stream !== 'users') continue;
    for (let span = 0; span < marks.length; span++) {
      const mark = marks[span] as Mark;
      const pick = (revision: string | undefined) => {
        const found = { total: 0, bad: 0 };
        for (const count of counts) {
          if (count.span !== span || count.objective !== objective || count.revision !== revision) continue;
          found.total += count.total;
          found.bad += count.bad;
        }
        return found;
      };
      const candidate = pick(revisions.candidate);
      const baseline = pick(revisions.baseline);
      if (candidate.total === 0 && baseline.total === 0) continue;
      const share =
        mark.phase === 'split' && mark.share !== null && revisions.baseline ? mark.share : undefined;
      cells.push({ test, phase: mark.phase, share, candidate, baseline });
    }
  }
  return cells;
}
