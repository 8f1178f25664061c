import { ReleaseError } from '../../domain/errors/errors.ts';
import type { PrometheusCounters } from '../../domain/slo/objective.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliCount, SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { cutAbreast } from './abreast.ts';
import { readMatrix, type Series } from './answer.ts';
import { CounterTrack, type Flip, Scrapes } from './counter-track.ts';
import { type CounterAnswer, type ExistingCounters, requireCounts } from './existing.ts';
import type { Query } from './query-api.ts';
import { type CounterName, counterNames, fillSelector } from './selectors.ts';

export interface PrometheusAccess {
  query: Query;
  clock: Clock;
  /** Queries are pinned this many milliseconds behind now. */
  delayMs: number;
  countersOf(objective: string): PrometheusCounters;
  existing: ExistingCounters;
}

/** The first poll looks back this far for the starting value of each counter. */
const lookBackSeconds = 900;
/** Later polls overlap this far, so that a series that was missing for a while is compared with its last value. */
const overlapSeconds = 300;
/** The longest time to expect between two scrapes. */
export const scrapeMs = 60_000;

/** The samples of the time that was asked for. */
const within = (body: unknown, { from, to }: { from: number; to: number }): Series[] =>
  readMatrix(body).map((one) => ({
    ...one,
    samples: one.samples.filter(({ at }) => at >= from && at <= to),
  }));

/** Reads counters for one watch and turns their raw samples into increments. */
export class PrometheusReader implements SliReader {
  readonly source = 'prometheus';
  readonly #request: SliQuery;
  readonly #access: PrometheusAccess;
  readonly #tracks = new Map<string, CounterTrack>();
  /** Milliseconds since the epoch up to which everything was counted. */
  #upTo: number;
  #opened = false;

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
      notes: [],
      source: this.source,
      bucketMs: scrapeMs,
    };
  }

  readonly #countsGood = (objective: string) => this.#access.countersOf(objective).bad === undefined;

  async #count(pinned: number, marks: readonly number[], tally: Tally, signal?: AbortSignal): Promise<void> {
    const back = this.#opened ? overlapSeconds : lookBackSeconds;
    const range = Math.ceil((pinned - this.#upTo) / 1000) + back;
    // Counts only once every answer is there and fits the others: a failure must leave nothing half counted.
    const whole = await Promise.all(
      this.#jobs().map(async (job) => ({
        ...job,
        series: within(await this.#access.query(`${job.selector}[${range}s]`, pinned, signal), {
          from: pinned / 1000 - range,
          to: pinned / 1000,
        }),
      })),
    );
    requireCounts(this.#byCounter(whole), this.#access.existing);
    const answers = cutAbreast(whole);
    const scrapes = new Scrapes(answers.flatMap(({ series }) => series));
    const kept: (() => void)[] = [];
    for (const { objective, revision, counter, series } of answers) {
      const key = `${objective}\n${revision}\n${counter}`;
      const track = this.#tracks.get(key) ?? new CounterTrack(this.#upTo / 1000);
      this.#tracks.set(key, track);
      const { increments, flips, keep } = track.take(series, scrapes);
      if (flips[0]) throw wentBack(flips[0]);
      kept.push(keep);
      for (const { from, to, count } of increments) {
        const { span, mixed } = spanOfBucket(from * 1000, Math.max(to * 1000, from * 1000 + 1), marks);
        const grown = Math.round(count);
        if (counter === 'total') tally.add(revision, objective, span, grown, 0, mixed);
        else tally.add(revision, objective, span, 0, counter === 'bad' ? grown : -grown, mixed);
      }
    }
    requireParts(tally.counts, this.#countsGood);
    for (const keep of kept) keep();
    this.#opened = true;
    this.#upTo = pinned;
  }

  /** The samples of each counter over all revisions, with the selector as the user wrote it. */
  #byCounter(
    answers: readonly { objective: string; counter: CounterName; series: Series[] }[],
  ): CounterAnswer[] {
    return this.#request.objectives.flatMap(({ id: objective }) =>
      counterNames.flatMap((counter) => {
        const selector = this.#access.countersOf(objective)[counter];
        const own = answers.filter((one) => one.objective === objective && one.counter === counter);
        return selector === undefined
          ? []
          : [{ objective, counter, selector, series: own.flatMap(({ series }) => series) }];
      }),
    );
  }

  /** One query for each objective, revision and counter. */
  #jobs(): { objective: string; revision: string; counter: CounterName; selector: string }[] {
    const { objectives, revisions, service } = this.#request;
    return objectives.flatMap(({ id }) =>
      revisions.flatMap((revision) =>
        counterNames.flatMap((counter) => {
          const selector = this.#access.countersOf(id)[counter];
          return selector === undefined
            ? []
            : [{ objective: id, revision, counter, selector: fillSelector(selector, service, revision) }];
        }),
      ),
    );
  }
}

function wentBack({ key, from, to }: Flip): ReleaseError {
  const labels = (JSON.parse(key) as [string, string][])
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');
  return new ReleaseError('counts-partial', {
    what: `The counter {${labels.slice(0, 300)}} went back from ${from.value} to ${to.value}, and no other counter of its program did.`,
    why: 'Another replica of the server answered, which is behind. What it lacks would count as healthy.',
    fix: 'The next look asks for the same time again. If it lasts, let the server merge its replicas (Thanos: --query.replica-label, VictoriaMetrics: -dedup.minScrapeInterval).',
  });
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
 * Throws if a revision has more bad or good requests than requests. That happens if a part of the counters is late;
 * the next look reads them all again. If that does not change, the counters contradict each other.
 */
function requireParts(counts: readonly SliCount[], countsGood: (objective: string) => boolean): void {
  const sums = new Map<string, { total: number; part: number; good: boolean; revision: string }>();
  for (const { objective, revision, total, bad } of counts) {
    const good = countsGood(objective);
    const key = `${objective}\n${revision}`;
    const sum = sums.get(key) ?? { total: 0, part: 0, good, revision };
    sums.set(key, { ...sum, total: sum.total + total, part: sum.part + (good ? -bad : bad) });
  }
  for (const { total, part, good, revision } of sums.values())
    if (part > total)
      throw new ReleaseError('counts-unusable', {
        what: `The counters contradict each other: ${part} ${good ? 'good' : 'bad'} requests of ${total} on ${revision}.`,
        why: 'The counter of all requests is late, or does not count the same requests.',
      });
}
