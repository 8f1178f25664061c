import { ReleaseError } from '../../domain/errors/errors.ts';

export const minuteMs = 60_000;

/** What one minute has counted so far. */
export interface Minute {
  /** Milliseconds since the epoch. */
  start: number;
  total: number;
  bad: number;
}

/** Minutes that arrived after their minute was booked, and how late. */
export interface Late {
  requests: number;
  bad: number;
  /** Milliseconds from the end of a minute to the look that found it changed; the longest of all. */
  afterMs: number;
}

/** How messages call the system that counts by the minute. */
export interface Naming {
  /** Such as `CloudWatch`. */
  title: string;
  /** The input that says when a minute is counted, such as `cloudwatch_delay`. */
  delayInput: string;
  /** What to correct if a counter of bad requests shows more than the counter of all requests, as a clause. */
  correct: string;
}

/**
 * The minutes of one objective. A minute is booked once, and again by as much as it has grown: services send their counts late, and
 * some count a request in the minute in which it began. So every look reads the last minutes again.
 */
export class MinuteBook {
  readonly #booked = new Map<number, { total: number; bad: number }>();
  readonly #from: number;
  readonly #naming: Naming;
  #upTo: number;
  #opened = false;

  /** @param from minutes before this one were counted by an earlier reader, or do not count */
  constructor(from: number, naming: Naming) {
    this.#from = from;
    this.#naming = naming;
    this.#upTo = from;
  }

  /**
   * What is new in the minutes before `horizon`, without keeping it. Call `keep` once everything else was read as well, so that a
   * failure leaves nothing half counted. Throws if a minute has more bad requests than requests: a part of it is missing.
   */
  take(
    minutes: readonly Minute[],
    horizon: number,
    now: number,
  ): { grown: Minute[]; late: Late | undefined; keep(): void } {
    const grown: Minute[] = [];
    const late: Late = { requests: 0, bad: 0, afterMs: 0 };
    const next = new Map<number, { total: number; bad: number }>();
    for (const { start, total, bad } of minutes) {
      if (start + minuteMs > horizon) continue;
      if (bad > total)
        throw new ReleaseError('counts-unusable', {
          what: `${this.#naming.title} shows ${bad} bad requests of ${total} in the minute of ${new Date(start).toISOString().slice(11, 16)} UTC.`,
          why: 'The counter of all requests is late, or does not count the same requests.',
          fix: `The next look asks again. If it stays so, raise ${this.#naming.delayInput}, or ${this.#naming.correct}.`,
        });
      const known = this.#booked.get(start);
      const before = known ?? { total: 0, bad: 0 };
      // A sum only grows. A smaller one is an answer that does not have everything yet.
      const sum = { total: Math.max(total, before.total), bad: Math.max(bad, before.bad) };
      next.set(start, sum);
      // What the first look finds before the beginning was counted by the reader before this one.
      if (!this.#opened && start < this.#from) continue;
      const more = { total: sum.total - before.total, bad: sum.bad - before.bad };
      if (more.total === 0 && more.bad === 0) continue;
      if (start < this.#upTo) {
        late.requests += more.total;
        late.bad += more.bad;
        late.afterMs = Math.max(late.afterMs, now - start - minuteMs);
      }
      // A failure that arrives alone was counted as a good request before. It counts as one more request, so that no look has more
      // bad requests than requests.
      grown.push({ start, total: Math.max(more.total, more.bad), bad: more.bad });
    }
    return {
      grown,
      late: late.afterMs > 0 ? late : undefined,
      keep: () => {
        for (const [start, sum] of next) this.#booked.set(start, sum);
        this.#upTo = Math.max(this.#upTo, horizon);
        this.#opened = true;
      },
    };
  }
}
