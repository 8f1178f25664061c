import type { Json } from '../../domain/data/json.ts';

export interface FoundEntries {
  entries: Json[];
  /** True if Google had no time to search everything, or found more than was asked for: what is missing proves nothing. */
  more: boolean;
}

export interface LogEntries {
  /**
   * The newest entries that a filter matches, in one call without repetition. Throws the error of the call.
   * @param fields which fields of `entries` are asked for, as Google's partial response writes it
   */
  newest(
    project: string,
    ask: { filter: string; fields: string; most: number; deadlineMs: number },
    signal?: AbortSignal,
  ): Promise<FoundEntries>;
}
