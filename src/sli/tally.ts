import type { SliCount } from '../steps/ports.ts';

/** Index of the last mark that is not after `time`; -1 before all of them. */
export function spanOf(time: number, marks: readonly number[]): number {
  let span = -1;
  while (span + 1 < marks.length && (marks[span + 1] as number) <= time) span++;
  return span;
}

/** Adds up counts by revision, objective and span. */
export class Tally {
  readonly #cells = new Map<string, SliCount>();

  add(revision: string, objective: string, span: number, total: number, bad: number): void {
    const key = `${revision}\n${objective}\n${span}`;
    const cell = this.#cells.get(key);
    if (cell) {
      cell.total += total;
      cell.bad += bad;
    } else this.#cells.set(key, { revision, objective, span, total, bad });
  }

  get counts(): SliCount[] {
    return [...this.#cells.values()];
  }
}
