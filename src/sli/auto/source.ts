import { messageOf } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliQuery, SliReader, SliReading, SliSource } from '../../steps/ports/sli.ts';

export interface FallbackOptions {
  first: SliSource;
  second: SliSource;
  clock: Clock;
  log: Log;
  /** Milliseconds without an answer, or without a single request, before the second source is asked. Default 60 s. */
  patienceMs?: number;
}

/**
 * One source stands in for another: exact and fast logs first, metrics where logs cannot be read or are kept out of
 * Cloud Logging by an exclusion. The two never speak about the same time: the second one begins where the first one
 * had counted to, or at the beginning if the first one never counted anything.
 */
export function createFallback(options: FallbackOptions): SliSource {
  return {
    name: `${options.first.name} or ${options.second.name}`,
    open: (query) => new FallbackReader(query, options),
    async total(query, from, to, signal) {
      try {
        const totals = await options.second.total(query, from, to, signal);
        if (Object.values(totals).some((total) => total !== undefined)) return totals;
      } catch (error) {
        if (signal?.aborted) throw error;
        options.log.debug(`${options.second.name}: ${messageOf(error)}`);
      }
      return options.first.total(query, from, to, signal);
    },
  };
}

/** Which of the two, and where it stands: `logs 2026-...`. */
function splitCursor(cursor: string | undefined): [source: string, rest: string] | undefined {
  const at = cursor?.indexOf(' ') ?? -1;
  return cursor && at > 0 ? [cursor.slice(0, at), cursor.slice(at + 1)] : undefined;
}

class FallbackReader implements SliReader {
  readonly #query: SliQuery;
  readonly #options: FallbackOptions;
  #reader: SliReader;
  #trial: SliReader | undefined;
  #counted = false;
  /** Until when the first source has seen everything or counted anything, whichever is later. */
  #readUntil: number;
  #lastGood: number;
  #triedAt: number;
  #note: string | undefined;

  constructor(query: SliQuery, options: FallbackOptions) {
    this.#query = query;
    this.#options = options;
    const { first, second } = options;
    const resumed = splitCursor(query.cursor);
    const on = resumed?.[0] === second.name ? second : first;
    this.#reader = on.open({ ...query, cursor: resumed?.[1] });
    // What an earlier runner counted by logs must not be counted again. Where it counted nobody it left no cursor.
    this.#counted = resumed !== undefined;
    this.#readUntil = resumed === undefined ? query.since : Date.parse(resumed[1]);
    this.#lastGood = this.#triedAt = options.clock.now();
  }

  get source(): string {
    return this.#reader.source;
  }

  get #patience(): number {
    return this.#options.patienceMs ?? 60_000;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#options.clock.now();
    let failure: unknown;
    let reading: SliReading | undefined;
    try {
      reading = await this.#reader.poll(marks, signal);
      this.#lastGood = now;
      // Some entries are read before the horizon has come as far.
      this.#readUntil = Math.max(this.#readUntil, reading.horizon, Date.parse(reading.cursor));
      this.#counted ||= reading.counts.some(({ total }) => total > 0);
    } catch (error) {
      if (signal?.aborted) throw error;
      failure = error;
    }
    const onFirst = this.#reader.source === this.#options.first.name;
    const denied = /permission|403|SERVICE_DISABLED|has not been used/i.test(
      failure ? messageOf(failure) : '',
    );
    const waited = now - this.#lastGood >= this.#patience;
    if (onFirst && failure !== undefined && (denied || waited)) {
      const since = this.#counted ? Math.ceil(this.#readUntil / 60_000) * 60_000 : this.#query.since;
      return this.#switchTo(
        this.#options.second.open({ ...this.#query, since, cursor: undefined }),
        failure,
        marks,
        signal,
      );
    }
    if (failure !== undefined) throw failure;
    if (onFirst && !this.#counted && now - this.#triedAt >= this.#patience) {
      const seen = await this.#tryOther(now, marks, signal);
      if (seen) return this.#tag(seen);
    }
    return this.#tag(reading as SliReading);
  }

  async #switchTo(
    to: SliReader,
    why: unknown,
    marks: readonly number[],
    signal?: AbortSignal,
  ): Promise<SliReading> {
    const reading = await to.poll(marks, signal);
    const { first, second, log } = this.#options;
    this.#note = `${first.name} could not be read (${messageOf(why)}), so ${second.name} stand in.`;
    log.warning(`${first.name} could not be read, so the watch goes on by ${second.name}: ${messageOf(why)}`);
    this.#reader = to;
    return this.#tag(reading);
  }

  /** Logs that show nobody although metrics show requests are kept out of Cloud Logging. */
  async #tryOther(
    now: number,
    marks: readonly number[],
    signal?: AbortSignal,
  ): Promise<SliReading | undefined> {
    this.#triedAt = now;
    this.#trial ??= this.#options.second.open({ ...this.#query, cursor: undefined });
    try {
      const reading = await this.#trial.poll(marks, signal);
      if (!reading.counts.some(({ total }) => total > 0)) return undefined;
      const { first, second, log } = this.#options;
      this.#note = `${first.name} show no request although ${second.name} do (an exclusion or a sink may keep them out), so ${second.name} stand in.`;
      log.warning(this.#note);
      this.#reader = this.#trial;
      this.#counted = true;
      return reading;
    } catch (error) {
      if (signal?.aborted) throw error;
      this.#options.log.debug(`${this.#options.second.name}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #tag(reading: SliReading): SliReading {
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
