import type { Cell, Phase, TestSpec } from '../evidence/state.ts';

/** A moment at which traffic changed. */
export interface Mark {
  /** Milliseconds since the epoch. */
  at: number;
  phase: Phase;
  /** The candidate's share of traffic from then on. Null until traffic has settled. */
  share: number | null;
}

/** Requests that a source counted between two marks. */
export interface SpanCount {
  /** Empty if the source cannot tell. The log of a 429 may name no revision, because no instance answered it. */
  revision: string;
  objective: string;
  /** Index of the last mark that is not after the request. -1 if the request came before all marks. */
  span: number;
  total: number;
  bad: number;
  /** The requests come from a bucket of time that contains a mark, so no single share holds for them. */
  mixed?: boolean | undefined;
}

/** The marks of one shift: traffic is unsettled from the PATCH on, and settled once Cloud Run says so. */
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
 * Turns a source's counts into cells of the tests of users. Counts before the first shift belong to no test. Counts that
 * name no revision belong to the candidate at 100 %, and to no revision while traffic is split.
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

/**
 * Bad requests that came while traffic was split and name no revision. Every objective counts the same requests, so this
 * is the maximum over the objectives, not the sum.
 */
export function namelessBad(counts: readonly SpanCount[], marks: readonly Mark[]): number {
  const sums = new Map<string, number>();
  for (const { revision, objective, span, bad } of counts)
    if (revision === '' && marks[span]?.phase === 'split')
      sums.set(objective, (sums.get(objective) ?? 0) + bad);
  return Math.max(0, ...sums.values());
}
