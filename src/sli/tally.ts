import { faultOf } from '../domain/evidence/answers.ts';
import type { AnswerCount } from '../domain/watch/clients/cells.ts';
import { type LatencyCount, stepOf } from '../domain/watch/latency.ts';
import type { SliCount, SliObjective } from '../steps/ports/sli.ts';

/** True if an answer with this status is bad for availability. */
export function isBadStatus(status: number, { clientErrors }: Pick<SliObjective, 'clientErrors'>): boolean {
  const fault = faultOf(status);
  return fault === 'failed' || (fault === 'client' && clientErrors === true);
}

/** Index of the last mark that is not after `time`; -1 if all marks are later. */
export function spanOf(time: number, marks: readonly number[]): number {
  let span = -1;
  while (span + 1 < marks.length && (marks[span + 1] as number) <= time) span++;
  return span;
}

/**
 * Span of a bucket of time (milliseconds since the epoch). A bucket that contains a mark is `mixed` and belongs to the
 * earlier span. If it contains the first mark, that is span -1, which no test counts: it may hold the smoke test.
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

/** Adds up counts by revision, objective, span and whether the bucket was mixed. */
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

/** Adds up answers by revision, span and whether the bucket was mixed. */
export class AnswerTally {
  readonly #cells = new Map<string, AnswerCount>();

  add(revision: string, span: number, status: number, count: number, mixed = false): void {
    if (count === 0) return;
    const key = `${revision}\n${span}\n${mixed}`;
    const cell = this.#cells.get(key) ?? {
      ...{ revision, span, total: 0, client: 0, failed: 0 },
      ...(mixed ? { mixed } : {}),
    };
    this.#cells.set(key, cell);
    cell.total += count;
    const fault = faultOf(status);
    if (fault) cell[fault] += count;
  }

  get answers(): AnswerCount[] {
    return [...this.#cells.values()];
  }
}

/** Adds up by revision and span how long requests took. */
export class LatencyTally {
  readonly #cells = new Map<string, { revision: string; span: number; steps: Map<number, number> }>();

  /** `milliseconds` is NaN if the source does not say it. */
  add(revision: string, span: number, milliseconds: number): void {
    if (Number.isNaN(milliseconds)) return;
    const key = `${revision}\n${span}`;
    const cell = this.#cells.get(key) ?? { revision, span, steps: new Map<number, number>() };
    this.#cells.set(key, cell);
    const step = stepOf(milliseconds);
    cell.steps.set(step, (cell.steps.get(step) ?? 0) + 1);
  }

  get latencies(): LatencyCount[] {
    return [...this.#cells.values()].map(({ revision, span, steps }) => ({
      revision,
      span,
      steps: [...steps],
    }));
  }
}
