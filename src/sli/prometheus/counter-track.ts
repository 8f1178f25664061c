import type { Series } from './answer.ts';

/** By how much a counter grew between two samples (seconds since the epoch). */
export interface Increment {
  from: number;
  to: number;
  count: number;
}

/**
 * Follows counters by their raw samples. A value that falls means a restart, so the new value was counted since then.
 * A series that first appears after the start began at zero, like that of a new instance. A series that was there
 * before starts at its last earlier value. (An old instance that is scraped for the first time during a watch would be
 * counted with its whole past.)
 */
export class CounterTrack {
  readonly #last = new Map<string, { at: number; value: number }>();
  readonly #since: number;

  constructor(since: number) {
    this.#since = since;
  }

  /**
   * The increments that these samples add.
   * @param seenUpTo seconds since the epoch up to which an earlier poll has seen everything
   */
  take(series: readonly Series[], seenUpTo = this.#since): Increment[] {
    const increments: Increment[] = [];
    for (const { key, samples } of series) {
      let last = this.#last.get(key);
      for (const { at, value } of samples) {
        if (last && at <= last.at) continue;
        if (at > this.#since) {
          const grown = last === undefined || value < last.value ? value : value - last.value;
          if (grown > 0)
            increments.push({ from: Math.max(this.#since, last?.at ?? seenUpTo), to: at, count: grown });
        }
        last = { at, value };
      }
      if (last) this.#last.set(key, last);
    }
    return increments;
  }
}
