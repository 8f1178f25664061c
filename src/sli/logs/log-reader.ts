import type { Json } from '../../domain/data/json.ts';
import { FailureBook, failureName } from '../../domain/watch/failures.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOf, Tally } from '../tally.ts';
import { LagMeter } from './lag-meter.ts';
import { judge, type RequestEntry, readEntry } from './log-entry.ts';

export interface LogPage {
  entries: Json[];
  next: string | undefined;
}

export interface LogAccess {
  clock: Clock;
  pagesPerPoll?: number;
  requestTimeoutMs?: number;
  /** Takes one call of the minute's budget where one is left. */
  take(): boolean;
  /** `again` takes another call for an attempt that failed. */
  page(
    filter: string,
    token: string | undefined,
    again: () => boolean,
    signal?: AbortSignal,
  ): Promise<LogPage>;
  filterOf(service: string, parts: readonly string[]): string;
}

/** How far each pass looks back in arrival time; once a minute a wider one catches stragglers. */
const overlapMs = 15_000;
const sweepEveryMs = 60_000;
/** How far the clock here may be behind Google's. */
const clockSkewMs = 5000;
/** One call in so many milliseconds keeps to 20 a minute, and leaves none without a look for long. */
const paceMs = 3000;

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

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

/** The state of one watch over the log: what was booked, how far it has read, how much it lags. */
export class LogReader implements SliReader {
  readonly source = 'logs';
  readonly #query: SliQuery;
  readonly #access: LogAccess;
  readonly #tagHosts: Set<string>;
  readonly #seen = new Map<string, number>();
  readonly #lag = new LagMeter(10_000);
  /** Entries that arrived up to here were booked by the reader before this one. */
  readonly #bookedBefore: number;
  #newest: number;
  #sweptAt: number;
  #fraction = 1;
  #horizon: number;
  #pending: { filter: string; token: string; begun: number } | undefined;
  #unreadable = 0;
  #nextPass = 0;
  #caughtUp = false;
  #failure: unknown;
  /** Booked and not yet handed out. */
  #tally = new Tally();
  #failures = new FailureBook();

  constructor(query: SliQuery, access: LogAccess) {
    this.#query = query;
    this.#access = access;
    this.#tagHosts = new Set(
      (query.tagUrls ?? []).filter((url) => URL.canParse(url)).map((url) => new URL(url).host),
    );
    this.#bookedBefore = query.cursor ? Date.parse(query.cursor) : Number.NEGATIVE_INFINITY;
    this.#newest = query.cursor ? this.#bookedBefore : query.since;
    this.#sweptAt = this.#access.clock.now();
    this.#horizon = query.since;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#access.clock.now();
    if (now >= this.#nextPass) {
      try {
        await this.#read(now, marks, signal);
      } catch (error) {
        this.#failure = error;
      }
    }
    // A look in between that reads nothing must not make a failure look like silence.
    if (this.#failure !== undefined) throw this.#failure;
    const { counts } = this.#tally;
    const { failures } = this.#failures;
    this.#tally = new Tally();
    this.#failures = new FailureBook();
    return {
      counts,
      failures,
      horizon: this.#horizon,
      lagMs: this.#lag.milliseconds,
      cursor: iso(this.#newest),
      notes: this.#notes(),
      source: this.source,
      sampled: this.#fraction,
    };
  }

  /** One pass, or as many of its pages as there is room for. What was booked before a failure stays booked. */
  async #read(now: number, marks: readonly number[], signal?: AbortSignal): Promise<void> {
    let { filter, token, begun } = this.#pending ?? {
      filter: this.#filter(now),
      token: undefined,
      begun: now,
    };
    this.#pending = undefined;
    let calls = 0;
    const take = () => {
      if (!this.#access.take()) return false;
      this.#nextPass = now + ++calls * paceMs - 100;
      return true;
    };
    for (let pages = 1; take(); pages++) {
      const answer = await this.#access.page(filter, token, take, signal);
      this.#failure = undefined;
      for (const raw of answer.entries) this.#see(raw, marks);
      token = answer.next;
      if (!token) {
        this.#horizon = Math.max(this.#horizon, begun - this.#lag.milliseconds);
        this.#caughtUp = true;
        return;
      }
      if (pages >= (this.#access.pagesPerPoll ?? 4)) break;
    }
    if (!token) return;
    // Behind: go on from here next time. Once caught up, it is a sign that a sample has to do.
    this.#pending = { filter, token, begun };
    if (this.#caughtUp) this.#fraction = Math.max(1 / 64, this.#fraction / 2);
    this.#caughtUp = true;
  }

  #filter(now: number): string {
    const { requestTimeoutMs = 60_000 } = this.#access;
    const sweep = now - this.#sweptAt >= sweepEveryMs;
    if (sweep) this.#sweptAt = now;
    const back = sweep ? 2 * requestTimeoutMs : overlapMs;
    const arrived = Math.max(this.#query.since, this.#newest - back, this.#bookedBefore);
    for (const [key, received] of this.#seen)
      if (received < this.#newest - 4 * requestTimeoutMs) this.#seen.delete(key);
    const revisions = this.#query.revisions.map((name) => `"${name}"`).join(' OR ');
    return this.#access.filterOf(this.#query.service, [
      `(resource.labels.revision_name=(${revisions}) OR httpRequest.status=429)`,
      `timestamp>="${iso(this.#query.since)}"`,
      `receiveTimestamp>="${iso(arrived)}"`,
      // A pass that went on with whatever arrives meanwhile would never end, where more arrives than can be read.
      `receiveTimestamp<="${iso(now + clockSkewMs)}"`,
      ...(this.#fraction < 1 ? [`sample(insertId, ${this.#fraction})`] : []),
    ]);
  }

  #see(raw: Json, marks: readonly number[]): void {
    const entry = readEntry(raw, this.#tagHosts);
    if (!entry) {
      this.#unreadable++;
      return;
    }
    const key = `${entry.insertId}\n${entry.timestamp}`;
    if (this.#seen.has(key) || entry.received <= this.#bookedBefore) return;
    this.#seen.set(key, entry.received);
    this.#newest = Math.max(this.#newest, entry.received);
    this.#lag.saw(entry.received - entry.timestamp, this.#access.clock.now() - entry.received);
    if (entry.excluded || (entry.revision && !this.#query.revisions.includes(entry.revision))) return;
    const span = spanOf(entry.timestamp, marks);
    bookEntry(this.#tally, this.#query.objectives, entry, span, span < 0 ? undefined : this.#failures);
  }

  #notes(): string[] {
    const notes: string[] = [];
    if (this.#fraction < 1)
      notes.push(
        `1 request in ${1 / this.#fraction} was judged: more arrive than the log quota lets us read.`,
      );
    if (this.#unreadable > 0)
      notes.push(`${this.#unreadable} log entries had no status, time or revision and were not judged.`);
    return notes;
  }
}
