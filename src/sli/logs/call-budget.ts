import type { Clock } from '../../steps/ports/clock.ts';

/**
 * Allows at most `perMinute` calls in any 60 seconds. Cloud Logging allows 60 reads a minute for a whole project and
 * does not raise that limit, so one release takes a third of it.
 */
export class CallBudget {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #calls: number[] = [];

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Takes one call and returns true, or returns false if none is left in this minute. */
  take(): boolean {
    const now = this.#clock.now();
    this.#calls = this.#calls.filter((at) => at > now - 60_000);
    if (this.#calls.length >= this.#perMinute) return false;
    this.#calls.push(now);
    return true;
  }
}
