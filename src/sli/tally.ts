import type { SliCount } from '../steps/ports/sli.ts';

/** Index of the last mark that is not after `time`; -1 before all of them. */
export function spanOf(time: number, marks: readonly number[]): number {
  let span = -1;
  while (span + 1 < marks.length && (marks[span + 1] as number) <= time) span++;
  return span;
}

/**
 * Span of a stretch of time. One that straddles a mark is `mixed` and belongs to the earlier span: before the first
 * mark that is nobody's, since a candidate had its smoke test then.
 */
export function spanOfBucket(
  start: number,
  end: number,
  marks: readonly number[],
): { span: number; mixed: boolean } {
  const first = spanOf(start, marks);
  const last = spanOf(end - 1, marks);
  if (first === last) return { span: first, mixed: false };
  return { span: first, mixed: true };
}

/** Adds up counts by revision, objective and span. */
export class Tally {
  readonly #cells = new Map<string, SliCount>();

  add(revision: string, objective: string, span: number, total: number, bad: number, mixed = false): void {
    if (total === 0 && bad === 0) return;
    const key = `${revision}\n${objective}\n${span}\n${mixed}`;
    const cell = this.#cells.get(key);
    if (cell) {
      cell.total += total;
      cell.bad += bad;
    } else this.#cells.set(key, { revision, objective, span, total, bad, ...(mixed ? { mixed } : {}) });
  }

  get counts(): SliCount[] {
    return [...this.#cells.values()];
  }
}
