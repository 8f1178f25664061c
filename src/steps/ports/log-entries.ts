import type { Json } from '../../domain/data/json.ts';

export interface LogEntries {
  /**
   * The newest entries that a filter matches, in one call without repetition. Throws the error of the call.
   * @param fields which fields of `entries` are asked for, as Google's partial response writes it
   */
  newest(
    project: string,
    ask: { filter: string; fields: string; most: number; deadlineMs: number },
    signal?: AbortSignal,
  ): Promise<Json[]>;
}
