import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliQuery, SliReader, SliReading, SliSource } from '../../steps/ports/sli.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';

export interface FallbackOptions {
  first: SliSource;
  second: SliSource;
  clock: Clock;
  log: Log;
  /** Milliseconds without an answer, or without a single request, until the second source is asked. Default 60 s. */
  patienceMs?: number;
}

/** What the first look found, before anybody was shifted. */
export interface FirstLook {
  /** Why a watch begins with the second source. Undefined: it begins with the first. */
  begin: string | undefined;
}

/** Splits `logs 2026-…` into the source that counted and its own cursor. */
function splitCursor(cursor: string | undefined): [source: string, rest: string] | undefined {
  const at = cursor?.indexOf(' ') ?? -1;
  return cursor && at > 0 ? [cursor.slice(0, at), cursor.slice(at + 1)] : undefined;
}

/** Asking again does not help: a grant is missing, or the source has already waited for its quota. */
const isLasting = (error: unknown) =>
  error instanceof QuotaSpent || (error instanceof ReleaseError && error.code === 'permission-denied');
/** A smoke test ends shortly before the first shift, and its last requests may stand in the metrics' next minute. */
const ownBeforeMs = 180_000;

/** Requests that came after the first shift. Every objective counts the same ones. */
function usersIn({ counts }: SliReading): number {
  const sums = new Map<string, number>();
  for (const { objective, span, total } of counts)
    if (span >= 0) sums.set(objective, (sums.get(objective) ?? 0) + total);
  return Math.max(0, ...sums.values());
}

/**
 * Reads one watch from the first source and, after a change, from the second. The two never count the same time: the
 * second begins where the first stopped, or at the beginning if the first never counted anything. The reader never changes back, because
 * the second source counts whole minutes, and nobody knows which of them the first source has counted.
 */
export class FallbackReader implements SliReader {
  readonly #query: SliQuery;
  readonly #options: FallbackOptions;
  #reader: SliReader;
  #counted = false;
  /** The first source has counted requests up to here, so the second must begin later. */
  #readUntil: number;
  #answeredAt: number;
  #checkedAt: number;
  #note: string | undefined;

  constructor(query: SliQuery, options: FallbackOptions, look: FirstLook = { begin: undefined }) {
    this.#query = query;
    this.#options = options;
    const { first, second } = options;
    const resumed = splitCursor(query.cursor);
    // A watch that has begun stays with its source, because the two count different moments.
    const later = resumed === undefined && look.begin !== undefined;
    const on = later || resumed?.[0] === second.name ? second : first;
    this.#note = later ? look.begin : undefined;
    this.#reader = on.open({ ...query, cursor: resumed?.[1] });
    // A runner that counted no request leaves no cursor, so a cursor means that the logs were counted up to there.
    this.#counted = resumed !== undefined;
    this.#readUntil = resumed === undefined ? query.since : Date.parse(resumed[1]);
    this.#answeredAt = this.#checkedAt = options.clock.now();
  }

  get source(): string {
    return this.#reader.source;
  }

  get #patience(): number {
    return this.#options.patienceMs ?? 60_000;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#options.clock.now();
    const onFirst = this.#reader.source === this.#options.first.name;
    let reading: SliReading;
    try {
      reading = await this.#reader.poll(marks, signal);
    } catch (failure) {
      if (signal?.aborted) throw failure;
      const waited = now - this.#answeredAt >= this.#patience;
      if (!onFirst || !(isLasting(failure) || waited)) throw failure;
      return this.#changeSource(failure, marks, signal);
    }
    this.#answeredAt = now;
    // The reader may have booked entries beyond its horizon.
    this.#readUntil = Math.max(this.#readUntil, reading.horizon, Date.parse(reading.cursor));
    this.#counted ||= reading.counts.some(({ total }) => total > 0);
    if (onFirst && !this.#counted && now - this.#checkedAt >= this.#patience) {
      const seen = await this.#checkSecond(now, marks, signal);
      if (seen) return this.#label(seen);
    }
    return this.#label(reading);
  }

  async #changeSource(failure: unknown, marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const { first, second, log } = this.#options;
    // The second source counts whole minutes: it takes over with the first minute that the first source did not touch.
    const since = this.#counted ? Math.ceil(this.#readUntil / 60_000) * 60_000 : this.#query.since;
    const next = second.open({ ...this.#query, since, cursor: undefined });
    let reading: SliReading;
    try {
      reading = await next.poll(marks, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      log.debug(`${second.name}: ${messageOf(error)}`);
      // If neither can be read, report the first source, because it is the better one to repair.
      throw failure;
    }
    const why = messageOf(failure);
    this.#note = `Counted by ${second.name}, because ${first.name} cannot be read: ${why}`;
    log.warning(`The watch now counts by ${second.name}, because ${first.name} cannot be read: ${why}`);
    this.#reader = next;
    return this.#label(reading);
  }

  /**
   * Logs that show no user while metrics show some are kept out of Cloud Logging. Metrics cannot tell our own test requests
   * from users. So they count only from the first minute after the first shift, and only if they show more requests than
   * the logs hold in any form.
   */
  async #checkSecond(
    now: number,
    marks: readonly number[],
    signal?: AbortSignal,
  ): Promise<SliReading | undefined> {
    const { first, second, log } = this.#options;
    this.#checkedAt = now;
    // A new reader each time. If the watch changes to it, it counts everything that this check has seen.
    const check = second.open({ ...this.#query, cursor: undefined });
    try {
      const reading = await check.poll(marks, signal);
      const users = usersIn(reading);
      if (users === 0) return undefined;
      const from = this.#query.since - ownBeforeMs;
      const held = (await first.held?.(this.#query, from, reading.horizon, signal)) ?? 0;
      if (held >= users) return undefined;
      this.#note = `Counted by ${second.name}, because ${first.name} show no request although ${second.name} do. Perhaps an exclusion or a sink keeps request logs out of Cloud Logging.`;
      log.warning(this.#note);
      this.#reader = check;
      this.#counted = true;
      return reading;
    } catch (error) {
      if (signal?.aborted) throw error;
      log.debug(`${second.name}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Puts the source's name before its cursor, so that the next runner opens the same one. */
  #label(reading: SliReading): SliReading {
    return {
      ...reading,
      cursor:
        this.#counted || reading.source !== this.#options.first.name
          ? `${reading.source} ${reading.cursor}`
          : '',
      notes: this.#note ? [this.#note, ...reading.notes] : reading.notes,
    };
  }
}
