import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import type { CallBudget } from '../quota/call-budget.ts';
import { starvedMs } from '../quota/patient-reader.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import type { EntriesApi } from './entries-api.ts';
import { EntryBook } from './entry-book.ts';
import { FieldBook } from './field-book.ts';

export interface LogAccess extends EntriesApi {
  clock: Clock;
  /** Pages in one poll; the next poll reads the rest. Default 4. */
  pagesPerPoll?: number;
  /** Longest time that a request may take, in milliseconds. Default 60 s. */
  requestTimeoutMs?: number;
  /** Decides when the next call may go. All readers of one release share it. */
  budget: CallBudget;
}

/** Each pass looks this far back in arrival time. Once a minute a wider pass catches stragglers. */
const overlapMs = 15_000;
const sweepEveryMs = 60_000;
/** The clock here may be this far behind Google's. */
const clockSkewMs = 5000;
/** One call every 3 s keeps to 20 a minute, and no pass has to wait long. */
const paceMs = 3000;

/** At six passes a minute a watch notices nothing of a pause. */
const usualPauseMs = 10_000;

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Reads the request log for one watch, in passes over what arrived since the pass before. */
export class LogReader implements SliReader {
  readonly source = 'logs';
  readonly #query: SliQuery;
  readonly #access: LogAccess;
  readonly #book: EntryBook;
  /** Conditions of the code's own entries, if an objective asks for them. */
  readonly #own: readonly string[];
  #sweptAt: number;
  /** Fraction of the requests that is read; halved whenever entries come faster than they can be read. */
  #fraction = 1;
  #horizon: number;
  /** A pass that was cut short; the next poll goes on with it. */
  #pending: { filter: string; token: string; begun: number } | undefined;
  #nextPass = 0;
  #caughtUp = false;
  #failure: unknown;
  /** When the server last answered, and what it said if the quota has been used up since. */
  #answeredAt: number;
  #spent: QuotaSpent | undefined;
  #waited = false;

  constructor(query: SliQuery, access: LogAccess) {
    this.#query = query;
    this.#access = access;
    this.#book = new EntryBook(query);
    this.#own = FieldBook.filterOf(query.objectives);
    this.#sweptAt = this.#answeredAt = access.clock.now();
    this.#horizon = query.since;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const now = this.#access.clock.now();
    if (now >= this.#nextPass) {
      try {
        await this.#read(now, marks, signal);
      } catch (error) {
        if (error instanceof QuotaSpent) this.#wait(error);
        else this.#failure = error;
      }
    }
    // A poll that had to skip its pass repeats the last failure. Otherwise the failure would look like silence.
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#spent && now - this.#answeredAt >= starvedMs) throw this.#spent;
    const { pauseMs } = this.#access.budget;
    return {
      ...this.#book.take(this.#access.clock.now()),
      horizon: this.#horizon,
      // While the quota is short, what has arrived is read later.
      lagMs: this.#book.lagMs + (pauseMs > usualPauseMs ? pauseMs : 0),
      cursor: iso(this.#book.newest),
      notes: this.#notes(),
      source: this.source,
      sampled: this.#fraction,
    };
  }

  /** Reads one pass, or as many of its pages as the budget allows. What was booked before a failure stays booked. */
  async #read(now: number, marks: readonly number[], signal?: AbortSignal): Promise<void> {
    const { budget } = this.#access;
    let calls = 0;
    const take = (what: 'pass' | 'page') => {
      if (!budget.take(what)) return false;
      this.#nextPass = now + ++calls * paceMs - 100;
      return true;
    };
    if (!take('pass')) return;
    const again = () => take('page');
    let { filter, token, begun } = this.#pending ?? {
      filter: this.#filter(now),
      token: undefined,
      begun: now,
    };
    for (let pages = 1; pages === 1 || again(); pages++) {
      // If the quota is used up in the middle of a pass, a later poll goes on here.
      this.#pending = token === undefined ? undefined : { filter, token, begun };
      const answer = await this.#access
        .page(filter, token, again, signal, this.#own)
        .catch((error: unknown) => {
          if (!(error instanceof QuotaSpent)) this.#pending = undefined;
          throw error;
        });
      budget.answered();
      this.#failure = this.#spent = undefined;
      this.#pending = undefined;
      this.#answeredAt = this.#access.clock.now();
      for (const raw of answer.entries) this.#book.book(raw, marks, this.#access.clock.now());
      token = answer.next;
      if (!token) {
        this.#horizon = Math.max(this.#horizon, begun - this.#book.lagMs);
        this.#caughtUp = true;
        return;
      }
      if (pages >= (this.#access.pagesPerPoll ?? 4)) break;
    }
    if (!token) return;
    // The pass is not finished: the next poll goes on here. If an earlier pass was up to date, entries now arrive
    // faster than the quota lets us read, so only a sample is read. The first pass may simply have much to catch up with.
    this.#pending = { filter, token, begun };
    if (this.#caughtUp) this.#fraction = Math.max(1 / 64, this.#fraction / 2);
    this.#caughtUp = true;
  }

  /** The quota is shared with other releases: come back later and more rarely. That is slower, but no failure. */
  #wait(error: QuotaSpent): void {
    this.#access.budget.refused();
    this.#spent = error;
    this.#waited = true;
  }

  #filter(now: number): string {
    const { requestTimeoutMs = 60_000 } = this.#access;
    const { newest, bookedBefore } = this.#book;
    const sweep = now - this.#sweptAt >= sweepEveryMs;
    if (sweep) this.#sweptAt = now;
    const back = sweep ? 2 * requestTimeoutMs : overlapMs;
    const arrived = Math.max(this.#query.since, newest - back, bookedBefore);
    this.#book.forgetBefore(newest - 4 * requestTimeoutMs);
    const revisions = this.#query.revisions.map((name) => `"${name}"`).join(' OR ');
    // A request and the entry about it have the same trace, so that a sample has both or neither.
    const key = this.#own.length > 0 ? 'trace' : 'insertId';
    const conditions = [
      // An entry of a 429 or of a refusal may name no revision.
      `(resource.labels.revision_name=(${revisions}) OR httpRequest.status=(401 OR 403 OR 404 OR 413 OR 429))`,
      `timestamp>="${iso(this.#query.since)}"`,
      `receiveTimestamp>="${iso(arrived)}"`,
      // Without an end, a pass would never finish if entries arrive faster than it can read them.
      `receiveTimestamp<="${iso(now + clockSkewMs)}"`,
      ...(this.#fraction < 1 ? [`sample(${key}, ${this.#fraction})`] : []),
    ];
    return this.#access.filterOf(this.#query.service, conditions, this.#own);
  }

  #notes(): string[] {
    const { unreadable } = this.#book;
    const notes: string[] = [...this.#book.fieldNotes];
    if (this.#waited)
      notes.push(
        'The logs were read more rarely at times, because other releases or tools use the same quota of 60 reads a minute.',
      );
    if (this.#fraction < 1)
      notes.push(
        `Only 1 request in ${1 / this.#fraction} was judged, because more arrive than the log quota lets us read.`,
      );
    if (unreadable > 0)
      notes.push(`${unreadable} log entries were not judged, because they had no status, time or revision.`);
    return notes;
  }
}
