import { type Json, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { faultOf } from '../../domain/evidence/answers.ts';
import { clientErrorsId } from '../../domain/watch/clients/cells.ts';
import type { Refused } from '../../domain/watch/clients/facts.ts';
import { type Failure, FailureBook, failureName } from '../../domain/watch/failures.ts';
import type { SliQuery, SliReading } from '../../steps/ports/sli.ts';
import { AnswerTally, LatencyTally, spanOf, Tally } from '../tally.ts';
import { FieldBook } from './field-book.ts';
import { LagMeter } from './lag-meter.ts';
import { judge, keyOf, type RequestEntry, readEntry } from './log-entry.ts';

/** With a clock that is further behind, no token of this machine would be valid. */
const maxAheadMs = 3_600_000;

/** Judges one entry under every objective and adds it to the tally, and to the failures if it is bad. */
export function bookEntry(
  tally: Tally,
  objectives: SliQuery['objectives'],
  entry: RequestEntry,
  span: number,
  failures?: FailureBook,
): void {
  const { revision, status, method, url } = entry;
  for (const objective of objectives) {
    const verdict = judge(entry, objective);
    if (verdict === 'unknown') continue;
    const bad = verdict === 'bad' ? 1 : 0;
    tally.add(revision, objective.id, span, 1, bad);
    if (bad === 0 || !failures) continue;
    const what = failureName({ status, slowerThanMs: objective.slowerThanMs, method, url });
    failures.add({ revision, objective: objective.id, what, count: 1 });
  }
}

/** Counts every log entry of a watch once, however often it is read. */
export class EntryBook {
  readonly #query: SliQuery;
  readonly #tagHosts: Set<string>;
  readonly #received = new Map<string, number>();
  #forgotten = Number.NEGATIVE_INFINITY;
  readonly #fields: FieldBook;
  readonly #lag = new LagMeter(10_000);
  /** An earlier reader booked the entries that arrived up to here. */
  readonly bookedBefore: number;
  /** Arrival time of the newest entry that was read. */
  newest: number;
  /** Entries that could not be judged. */
  unreadable = 0;
  #tally = new Tally();
  #answers = new AnswerTally();
  #latencies = new LatencyTally();
  #failures = new FailureBook();
  /** What 4xx have in common, in a book of its own, so that callers' noise leaves room for failures. */
  #clients = new FailureBook();
  #refused = new Map<number, number>();

  constructor(query: SliQuery) {
    this.#query = query;
    this.#fields = new FieldBook(query.objectives);
    this.#tagHosts = new Set(
      (query.tagUrls ?? []).filter((url) => URL.canParse(url)).map((url) => new URL(url).host),
    );
    this.bookedBefore = query.cursor ? Date.parse(query.cursor) : Number.NEGATIVE_INFINITY;
    this.newest = query.cursor ? this.bookedBefore : query.since;
  }

  get lagMs(): number {
    return this.#lag.milliseconds;
  }

  book(raw: Json, marks: readonly number[], now: number): void {
    if (this.#fields.isNeeded && isOwnEntry(raw)) {
      this.#fields.entry(raw, now);
      return;
    }
    const entry = readEntry(raw, this.#tagHosts);
    // After an arrival that is far ahead, the next look would ask for nothing before it.
    if (!entry || entry.received > now + maxAheadMs) {
      this.unreadable++;
      return;
    }
    const key = keyOf(entry);
    if (this.#received.has(key) || entry.received <= this.bookedBefore || entry.received < this.#forgotten)
      return;
    this.#received.set(key, entry.received);
    this.newest = Math.max(this.newest, entry.received);
    this.#lag.saw(entry.received - entry.timestamp, now - entry.received);
    const span = spanOf(entry.timestamp, marks);
    const { revision, status, method, url } = entry;
    if (revision && !this.#query.revisions.includes(revision)) return;
    if (entry.excluded === 'refused' && span >= 0)
      this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
    if (entry.excluded) return;
    this.#answers.add(revision, span, status, 1);
    this.#latencies.add(revision, span, entry.latencyMs);
    if (revision && status < 400 && this.#fields.isNeeded)
      this.#fields.request({ revision, span, trace: entry.trace }, now);
    if (faultOf(status) === 'client' && span >= 0)
      this.#clients.add({
        revision,
        objective: clientErrorsId,
        what: failureName({ status, method, url }),
        count: 1,
      });
    bookEntry(this.#tally, this.#query.objectives, entry, span, span < 0 ? undefined : this.#failures);
  }

  /** Forgets entries that arrived before this time, because no later pass asks for them. One that comes nevertheless does not count. */
  forgetBefore(time: number): void {
    this.#forgotten = Math.max(this.#forgotten, time);
    for (const [key, received] of this.#received) if (received < time) this.#received.delete(key);
  }

  /** What keeps the code's own entries from being counted. */
  get fieldNotes(): string[] {
    return this.#fields.notes();
  }

  /** Hands out what was counted since the last call. */
  take(
    now: number,
  ): Pick<SliReading, 'counts' | 'answers' | 'latencies' | 'refused'> & { failures: Failure[] } {
    const counts = [...this.#tally.counts, ...this.#fields.take(now)];
    const { answers } = this.#answers;
    const { latencies } = this.#latencies;
    const failures = [...this.#failures.failures, ...this.#clients.failures];
    const refused: Refused[] = [...this.#refused].map(([status, count]) => ({ status, count }));
    this.#tally = new Tally();
    this.#answers = new AnswerTally();
    this.#latencies = new LatencyTally();
    this.#failures = new FailureBook();
    this.#clients = new FailureBook();
    this.#refused = new Map();
    return { counts, answers, latencies, failures, refused };
  }
}

/** An entry that the code wrote, and not one of the request log. */
const isOwnEntry = (raw: Json): boolean =>
  /run\.googleapis\.com(?:%2F|\/)std(?:out|err)$/i.test(textOrEmpty(objectOf(raw).logName));
