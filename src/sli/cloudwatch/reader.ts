import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import { spanText } from '../../domain/text/span.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliObjective, SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { type Counters, type Metric, metricText } from './counters.ts';
import type { Point, ReadSums, Window } from './metric-data.ts';
import { type Minute, MinuteBook, minuteMs } from './minutes.ts';

export interface CloudWatchAccess {
  read: ReadSums;
  clock: Clock;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
  countersOf(objective: SliObjective): Counters;
  /** True if the counter of all requests has ever had a point. All readers share this. */
  existing: { known: boolean };
}

/** Minutes that are read again, because they may still grow. */
const againMs = 15 * minuteMs;
/** However late a minute was, the counts do not wait longer than this. */
const mostDelayMs = 15 * minuteMs;
/** A counter with no point in these days does not exist. Minutes are kept for 15 days. */
const existsDays = 14;
const dayMs = 86_400_000;

/** The revision of every count: CloudWatch counts the whole service. */
const wholeService = '';

/** Counts the requests of one watch, minute by minute. */
export class CloudWatchReader implements SliReader {
  readonly source = 'cloudwatch';
  readonly #query: SliQuery;
  readonly #access: CloudWatchAccess;
  readonly #books: Map<string, MinuteBook>;
  readonly #notes = new Set<string>();
  /** The minutes before this one were counted. */
  #from: number;
  /** It grows if minutes turn out to be later than that. */
  #delayMs: number;

  constructor(query: SliQuery, access: CloudWatchAccess) {
    this.#query = query;
    this.#access = access;
    const from = query.cursor ? Date.parse(query.cursor) : query.since;
    this.#from = Math.floor(from / minuteMs) * minuteMs;
    this.#books = new Map(query.objectives.map(({ id }) => [id, new MinuteBook(this.#from)]));
    this.#delayMs = access.delayMs;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#access.clock.now();
    const horizon = Math.floor((now - this.#delayMs) / minuteMs) * minuteMs;
    const tally = new Tally();
    if (horizon > this.#from) {
      await this.#count({ horizon, now }, marks, tally, signal);
      this.#from = horizon;
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

  async #count(
    { horizon, now }: { horizon: number; now: number },
    marks: readonly number[],
    tally: Tally,
    signal?: AbortSignal,
  ): Promise<void> {
    const { read, countersOf, existing } = this.#access;
    const { objectives } = this.#query;
    const window: Window = { from: this.#from - againMs, to: horizon, periodSeconds: 60 };
    const counters = objectives.map(countersOf);
    const sums = await read(
      counters.flatMap(({ total, bad }) => [total, ...bad]),
      window,
      signal,
    );
    const taken: (() => void)[] = [];
    let next = 0;
    for (const [index, { id }] of objectives.entries()) {
      const { total, bad } = counters[index] as Counters;
      const points = sums.slice(next, next + 1 + bad.length);
      next += points.length;
      if ((points[0]?.length ?? 0) > 0) existing.known = true;
      else if (!(await counterExists(this.#access, total, signal)))
        throw new ReleaseError('counts-unusable', absentCounter(total));
      const { grown, late, keep } = (this.#books.get(id) as MinuteBook).take(minutesOf(points), horizon, now);
      taken.push(keep);
      for (const minute of grown) {
        const { span, mixed } = spanOfBucket(minute.start, minute.start + minuteMs, marks);
        tally.add(wholeService, id, span, minute.total, minute.bad, mixed);
      }
      if (late) {
        this.#delayMs = Math.min(mostDelayMs, Math.max(this.#delayMs, late.afterMs));
        this.#notes.add(
          `CloudWatch changed minutes that were counted already, up to ${spanText(Math.round(late.afterMs / 1000))} after their end. They were counted again, and later minutes wait longer.`,
        );
      }
    }
    for (const keep of taken) keep();
  }
}

/** Joins the points of the counter of all requests and of the bad ones. A counter without a point in a minute counted nothing. */
export function minutesOf([total = [], ...bad]: readonly Point[][]): Minute[] {
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

/** False if the counter has never had a point: CloudWatch answers a wrong name with nothing, which is not the number 0. */
export async function counterExists(
  { read, clock, existing }: Pick<CloudWatchAccess, 'read' | 'clock' | 'existing'>,
  total: Metric,
  signal?: AbortSignal,
): Promise<boolean> {
  if (existing.known) return true;
  const to = Math.floor(clock.now() / dayMs + 1) * dayMs;
  const [points = []] = await read(
    [total],
    { from: to - (existsDays + 1) * dayMs, to, periodSeconds: 86_400 },
    signal,
  );
  existing.known = points.length > 0;
  return existing.known;
}

/** What to say of a counter that has never had a point. */
export const absentCounter = (total: Metric): ErrorParts => ({
  what: `CloudWatch has no point of ${metricText(total)} in the last ${existsDays} days.`,
  why: 'A name, a value or the region is wrong, or nobody has sent a request. CloudWatch answers all of these in the same way.',
  fix: 'Compare cloudwatch_counts, cloudwatch_dimensions and cloudwatch_region with the console of CloudWatch (Metrics, All metrics). If the service is new, send it one request.',
});
