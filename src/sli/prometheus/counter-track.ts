import type { Series } from './answer.ts';

/** What a counter grew by between two samples (seconds since the epoch). */
export interface Step {
  from: number;
  to: number;
  count: number;
}

/**
 * Follows counters by their raw samples. A value that falls is a restart: what it shows was counted since. A series
 * that first appears after the start began at nothing, as a new instance's does; one that was there before starts at
 * its last earlier value. (An old instance that is scraped for the first time during a watch would bring its past.)
 */
export class CounterTrack {
  readonly #last = new Map<string, { at: number; value: number }>();
  readonly #since: number;

  constructor(since: number) {
    this.#since = since;
  }

  /** `seenUpTo`: seconds until which an earlier look has seen everything. */
  take(series: readonly Series[], seenUpTo = this.#since): Step[] {
    const steps: Step[] = [];
    for (const { key, samples } of series) {
      let last = this.#last.get(key);
      for (const { at, value } of samples) {
        if (last && at <= last.at) continue;
        if (at > this.#since) {
          const grown = last === undefined || value < last.value ? value : value - last.value;
          if (grown > 0)
            steps.push({ from: Math.max(this.#since, last?.at ?? seenUpTo), to: at, count: grown });
        }
        last = { at, value };
      }
      if (last) this.#last.set(key, last);
    }
    return steps;
  }
}
