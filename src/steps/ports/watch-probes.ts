/** Test requests that the watch itself sends, to the candidate or to the revision beside it. */
export interface WatchProbes {
  /** Sends one request; the smoke suite decides whether the answer is bad. Throws if it could not be sent. */
  probe(
    target: 'candidate' | 'baseline',
    signal?: AbortSignal,
  ): Promise<{ bad: boolean; milliseconds: number }>;
}
