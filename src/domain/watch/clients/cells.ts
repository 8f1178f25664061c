import { addAnswers, noAnswers } from '../../evidence/answers.ts';
import type { ClientCell } from '../../evidence/client-test.ts';
import type { Mark } from '../marks.ts';

/** Answers that a source counted between two marks. */
export interface AnswerCount {
  /** Empty if the source cannot tell. */
  revision: string;
  /** Index of the last mark that is not after the request. -1 if the request came before all marks. */
  span: number;
  total: number;
  client: number;
  failed: number;
  /** The answers come from a bucket of time that contains a mark, so no single share holds for them. */
  mixed?: boolean | undefined;
}

/** How answers of 4xx count: compared with the revision beside, only shown, or as failed requests. */
export type ClientErrors = 'compare' | 'ignore' | 'count';

/** In a list of failures, 4xx stand under this name in place of an objective's id. */
export const clientErrorsId = 'client_errors';

/** Turns a source's answers into cells, as `cellsOf` does with the counts of an objective. */
export function clientCellsOf(
  counts: readonly AnswerCount[],
  marks: readonly Mark[],
  revisions: { candidate: string; baseline?: string | undefined },
): ClientCell[] {
  const cells = new Map<string, ClientCell>();
  for (const count of counts) {
    const mark = marks[count.span];
    if (!mark) continue;
    const own = count.revision === revisions.candidate || (count.revision === '' && mark.phase === 'full');
    if (!own && (count.revision === '' || count.revision !== revisions.baseline)) continue;
    const compared = mark.phase === 'split' && !count.mixed && revisions.baseline !== undefined;
    const key = `${count.span} ${count.mixed === true}`;
    const cell = cells.get(key) ?? {
      phase: mark.phase,
      share: compared ? (mark.share ?? undefined) : undefined,
      candidate: { ...noAnswers },
      baseline: { ...noAnswers },
    };
    cells.set(key, cell);
    addAnswers(own ? cell.candidate : (cell.baseline ?? cell.candidate), count);
  }
  return [...cells.values()];
}
