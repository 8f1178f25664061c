import type { PrometheusCounters } from '../../domain/slo/objective.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliCount, SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { readMatrix } from './answer.ts';
import { CounterTrack } from './counter-track.ts';
import type { Query } from './query-api.ts';
import { type CounterName, counterNames, fillSelector } from './selectors.ts';

export interface PrometheusAccess {
  query: Query;
  clock: Clock;
  /** Queries are pinned this many milliseconds behind now. */
  delayMs: number;
  countersOf(objective: string): PrometheusCounters;
}

/** The first poll looks back this far for the starting value of each counter. */
const lookBackSeconds = 900;
/** Later polls overlap this far, so that a series that was away for a while is compared with its last value. */
const overlapSeconds = 300;
/** Scrapes are hardly ever further apart. */
const scrapeMs = 60_000;

const behindNote =
  'The counter of all requests is behind the counter of bad or good ones, so the latter wait for it.';

/** Reads counters for one watch and turns their raw samples into increments. */
export class PrometheusReader implements SliReader {
  readonly source = 'prometheus';
  readonly #request: SliQuery;
  readonly #access: PrometheusAccess;
  readonly #tracks = new Map<string, CounterTrack>();
  readonly #notes = new Set<string>();
  /** Milliseconds since the epoch up to which everything was counted. */
  #upTo: number;
  #opened = false;
  /** Bad or good requests that arrived before their total did. */
  #early: SliCount[] = [];

  constructor(request: SliQuery, access: PrometheusAccess) {
    this.#request = request;
    this.#access = access;
    this.#upTo = request.cursor ? Number(request.cursor) : request.since;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const { clock, delayMs } = this.#access;
    const pinned = Math.floor((clock.now() - delayMs) / 1000) * 1000;
    const tally = new Tally();
    if (pinned > this.#upTo) await this.#count(pinned, marks, tally, signal);
    return {
      counts: settledCounts(tally, this.#countsGood),
      horizon: this.#upTo,
      lagMs: delayMs,
      cursor: String(this.#upTo),
      notes: [...this.#notes, ...(this.#early.length > 0 ? [behindNote] : [])],
      source: this.source,
      bucketMs: scrapeMs,
    };
  }

  readonly #countsGood = (objective: string) => this.#access.countersOf(objective).bad === undefined;

  async #count(pinned: number, marks: readonly number[], tally: Tally, signal?: AbortSignal): Promise<void> {
    const back = this.#opened ? overlapSeconds : lookBackSeconds;
    const range = Math.ceil((pinned - this.#upTo) / 1000) + back;
    // Counts only once every answer is there: a failure in between must leave nothing half counted.
    const answers = await Promise.all(
      this.#jobs().map(async (job) => ({
        ...job,
        ...readMatrix(await this.#access.query(`${job.selector}[${range}s]`, pinned, signal)),
      })),
    );
    for (const { revision, objective, span, bad, mixed } of this.#early)
      tally.add(revision, objective, span, 0, bad, mixed);
    for (const { id, revision, counter, series, warnings } of answers) {
      const key = `${id}\n${revision}\n${counter}`;
      const track = this.#tracks.get(key) ?? new CounterTrack(this.#upTo / 1000);
      this.#tracks.set(key, track);
      for (const warning of warnings) this.#notes.add(`Prometheus warns: ${warning}`);
      for (const { from, to, count } of track.take(series, this.#upTo / 1000)) {
        const { span, mixed } = spanOfBucket(from * 1000, Math.max(to * 1000, from * 1000 + 1), marks);
        const whole = Math.round(count);
        if (counter === 'total') tally.add(revision, id, span, whole, 0, mixed);
        else tally.add(revision, id, span, 0, counter === 'bad' ? whole : -whole, mixed);
      }
    }
    this.#opened = true;
    this.#upTo = pinned;
    this.#early = earlyCounts(tally, this.#countsGood);
  }

  /** One query for each objective, revision and counter. */
  #jobs(): { id: string; revision: string; counter: CounterName; selector: string }[] {
    const { objectives, revisions, service } = this.#request;
    return objectives.flatMap(({ id }) =>
      revisions.flatMap((revision) =>
        counterNames.flatMap((counter) => {
          const selector = this.#access.countersOf(id)[counter];
          return selector === undefined
            ? []
            : [{ id, revision, counter, selector: fillSelector(selector, service, revision) }];
        }),
      ),
    );
  }
}

/**
 * The counts that may be handed out. The tally holds good requests as negative bad ones, so that total + bad is what
 * is not good. The result is never below zero and never above the total.
 */
function settledCounts(tally: Tally, countsGood: (objective: string) => boolean): SliCount[] {
  return tally.counts.flatMap((count) => {
    const bad = countsGood(count.objective) ? count.total + count.bad : count.bad;
    return count.total > 0 ? [{ ...count, bad: Math.max(0, Math.min(count.total, bad)) }] : [];
  });
}

/**
 * By how much bad or good requests are ahead of their total. That happens if an answer lacks a part. The surplus waits
 * for the rest of the total; booked now, it would be judged against too few requests.
 */
function earlyCounts(tally: Tally, countsGood: (objective: string) => boolean): SliCount[] {
  return tally.counts.flatMap((count) => {
    const ahead = countsGood(count.objective)
      ? Math.min(0, count.total + count.bad)
      : Math.max(0, count.bad - count.total);
    return ahead === 0 ? [] : [{ ...count, total: 0, bad: ahead }];
  });
}
