import type { Clock } from '../../steps/ports/clock.ts';

/**
 * Decides when the next look at a source may go. All releases of a project share its quotas: Cloud Logging allows 60 reads
 * a minute, and one release takes at most a third of that. So more than three releases at once can exceed it. Then each
 * release that is refused halves its own rate and raises it again by one look a minute for every three minutes without a
 * refusal (additive increase, multiplicative decrease), so that all of them together settle near the limit.
 */
export class CallBudget {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #random: () => number;
  readonly #slowest: number;
  /** Calls of the last minute. */
  #calls: number[] = [];
  /** Calls a minute that the shared quota seems to leave to this release; undefined while it was never refused. */
  #rate: number | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  #raisedAt = 0;

  /**
   * @param random returns a number from 0 to 1; without it, all releases would come back at the same moment
   * @param slowest looks a minute that are left however often it is refused. With two a minute, a watch is never without
   * news for longer than a minute or so.
   */
  constructor(clock: Clock, perMinute: number, random: () => number = Math.random, slowest = 2) {
    this.#clock = clock;
    this.#perMinute = perMinute;
    this.#random = random;
    this.#slowest = slowest;
  }

  /**
   * Takes one call and returns true, or returns false if none is left now. Only a new pass waits for the pause; the
   * further pages of a pass that has begun do not.
   */
  take(what: 'pass' | 'page' = 'pass'): boolean {
    const now = this.#clock.steady();
    this.#calls = this.#calls.filter((at) => at > now - 60_000 && at <= now);
    if (this.#calls.length >= this.#perMinute || (what === 'pass' && now < this.#notBefore)) return false;
    this.#calls.push(now);
    return true;
  }

  /** The server refused the last call, because the quota of the project is used up. */
  refused(): void {
    const now = this.#clock.steady();
    const used = Math.min(this.#rate ?? this.#perMinute, Math.max(1, this.#calls.length));
    this.#rate = Math.max(this.#slowest, used / 2);
    this.#raisedAt = now;
    // Between half the pause and the whole of it.
    this.#notBefore = now + this.pauseMs * (0.5 + this.#random() / 2);
  }

  /** The server answered the last call. */
  answered(): void {
    if (this.#rate === undefined) return;
    const now = this.#clock.steady();
    this.#rate += Math.max(0, now - this.#raisedAt) / raiseMs;
    this.#raisedAt = now;
    if (this.#rate >= this.#perMinute) this.#rate = undefined;
    this.#notBefore = this.#rate === undefined ? now : now + this.pauseMs * (0.75 + this.#random() / 2);
  }

  /** Milliseconds from one call to the next while the quota is short; 0 if it is not. */
  get pauseMs(): number {
    return this.#rate === undefined ? 0 : 60_000 / this.#rate;
  }

  /** Milliseconds until `take` may succeed again after a refusal. */
  get waitMs(): number {
    return Math.max(0, this.#notBefore - this.#clock.steady());
  }
}

/** The rate rises by one call a minute in this time. If it rose faster, twenty releases at once would cause each other many more refusals. */
const raiseMs = 180_000;
