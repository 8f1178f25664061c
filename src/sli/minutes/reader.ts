import { spanText } from '../../domain/text/span.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { type Minute, MinuteBook, minuteMs, type Naming } from './book.ts';
import type { Point, Window } from './window.ts';

/** What one objective counted, minute by minute, for one revision. The revision is empty if the system counts the whole service. */
export interface MinuteAnswer {
  objective: string;
  revision: string;
  minutes: readonly Minute[];
}

/** Reads minutes from one system. Throws if a part of them is missing. */
export type ReadMinutes = (query: SliQuery, window: Window, signal?: AbortSignal) => Promise<MinuteAnswer[]>;

export interface MinuteAccess {
  /** Name of the source, such as `cloudwatch`. */
  source: string;
  naming: Naming;
  /** What it can tell apart, and when it books a request, in a sentence. Every reading says so. */
  about?: string;
  clock: Clock;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
  /** A minute may hold requests that are so many milliseconds older than its start. Default 0. */
  earlyMs?: number;
  read: ReadMinutes;
}

/** Minutes that are read again, because they may still grow. */
const againMs = 15 * minuteMs;
/** However late a minute was, the counts do not wait longer than this. */
const mostDelayMs = 15 * minuteMs;

/** A watch that looks back for many hours reads them in parts, because a system gives only so many steps at once. */
const mostAtOnceMs = 300 * minuteMs;

/** Counts the requests of one watch, minute by minute. */
export class MinuteReader implements SliReader {
  readonly #query: SliQuery;
  readonly #access: MinuteAccess;
  readonly #books = new Map<string, MinuteBook>();
  readonly #notes = new Set<string>();
  readonly #begin: number;
  /** The minutes before this one were counted. */
  #from: number;
  /** It grows if minutes turn out to be later than that. */
  #delayMs: number;

  constructor(query: SliQuery, access: MinuteAccess) {
    this.#query = query;
    this.#access = access;
    const from = query.cursor ? Date.parse(query.cursor) : query.since;
    this.#begin = this.#from = Math.floor(from / minuteMs) * minuteMs;
    this.#delayMs = access.delayMs;
    if (access.about !== undefined) this.#notes.add(access.about);
  }

  get source(): string {
    return this.#access.source;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#access.clock.now();
    const horizon = Math.floor((now - this.#delayMs) / minuteMs) * minuteMs;
    const tally = new Tally();
    const begun = this.#from;
    while (this.#from < horizon) {
      const until = Math.min(horizon, this.#from + mostAtOnceMs);
      try {
        await this.#count({ horizon: until, now }, marks, tally, signal);
      } catch (error) {
        // What was counted before must not be lost. The next look meets the same failure, if it lasts.
        if (this.#from > begun && !signal?.aborted) break;
        throw error;
      }
      this.#from = until;
    }
    return {
      counts: tally.counts,
      horizon: Math.max(this.#from, this.#query.since),
      lagMs: this.#delayMs,
      cursor: new Date(this.#from).toISOString(),
      notes: [...this.#notes],
      source: this.source,
      bucketMs: minuteMs,
    };
  }

  #bookOf(objective: string, revision: string): MinuteBook {
    const key = `${objective}\n${revision}`;
    const book = this.#books.get(key) ?? new MinuteBook(this.#begin, this.#access.naming);
    this.#books.set(key, book);
    return book;
  }

  async #count(
    { horizon, now }: { horizon: number; now: number },
    marks: readonly number[],
    tally: Tally,
    signal?: AbortSignal,
  ): Promise<void> {
    const { read, naming, earlyMs = 0 } = this.#access;
    const window: Window = { from: this.#from - againMs, to: horizon, periodSeconds: 60 };
    const answers = await read(this.#query, window, signal);
    const taken: (() => void)[] = [];
    for (const { objective, revision, minutes } of answers) {
      const { grown, late, keep } = this.#bookOf(objective, revision).take(minutes, horizon, now);
      taken.push(keep);
      for (const { start, total, bad } of grown) {
        const { span, mixed } = spanOfBucket(start - earlyMs, start + minuteMs, marks);
        tally.add(revision, objective, span, total, bad, mixed);
      }
      if (late) {
        this.#delayMs = Math.max(this.#delayMs, Math.min(mostDelayMs, late.afterMs));
        this.#notes.add(
          `${naming.title} changed minutes that were counted already, up to ${spanText(Math.round(late.afterMs / 1000))} after their end. They were counted again, and later minutes wait longer.`,
        );
      }
    }
    for (const keep of taken) keep();
  }
}

/** Joins the points of the counter of all requests and of the bad ones. A counter without a point in a minute counted nothing. */
export function minutesOf([total = [], ...bad]: readonly (readonly Point[])[]): Minute[] {
  const minutes = new Map<number, Minute>();
  const of = (start: number) => {
    const known = minutes.get(start) ?? { start, total: 0, bad: 0 };
    minutes.set(start, known);
    return known;
  };
  for (const { start, sum } of total) of(start).total += sum;
  for (const points of bad) for (const { start, sum } of points) of(start).bad += sum;
  return [...minutes.values()].sort((a, b) => a.start - b.start);
}
