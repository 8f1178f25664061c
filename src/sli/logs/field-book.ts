import { type Json, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { type FieldVerdict, judgeField, type LogField } from '../../domain/slo/log-field.ts';
import type { SliCount, SliObjective } from '../../steps/ports/sli.ts';
import { Tally } from '../tally.ts';

/** A request of a user that the revision answered well, so that it should have logged the field. */
export interface AnsweredRequest {
  revision: string;
  span: number;
  trace: string;
}

interface FieldObjective {
  id: string;
  logField: LogField;
}

/** A request and the entries of the code with the same trace. Either may arrive first. */
interface Pair {
  at: number;
  request?: AnsweredRequest | undefined;
  verdicts: Map<string, FieldVerdict>;
  /** The objectives under which the request was booked. */
  booked: Map<string, Outcome>;
  /** What was counted for it, by objective. */
  counts: Map<string, SliCount>;
}

/** `pending`: the entry may still come. */
type Outcome = 'judged' | 'pending' | 'missing' | 'wrong';

/** An entry that has not arrived this long after its request is missing. */
const graceMs = 30_000;
/** A pair is kept this long, so that a late entry is still booked. */
const keptMs = 300_000;
const mostPairs = 50_000;
/** If fewer of the answered requests can be judged, those that can are a choice of the code's own, and prove nothing. */
export const leastCoverage = 0.9;

type Coverage = Record<Outcome, number>;

/**
 * Counts what the code logged about its own answers. An entry counts for the request with the same trace, so that test requests do not count
 * as users. A request without an entry, or with a value of a wrong type, is never good. If more than a few are such, nothing of that
 * revision counts, because nobody knows what the missing ones would have said.
 */
export class FieldBook {
  readonly #objectives: readonly FieldObjective[];
  readonly #pairs = new Map<string, Pair>();
  readonly #coverage = new Map<string, Coverage>();
  /** What was judged and not yet handed out, by revision and objective. */
  #waiting: SliCount[] = [];
  /** A pass reads again what the one before has read. */
  readonly #withoutTrace = new Set<string>();
  #forgotten = 0;

  constructor(objectives: readonly SliObjective[]) {
    this.#objectives = objectives.flatMap(({ id, logField }) => (logField ? [{ id, logField }] : []));
  }

  get isNeeded(): boolean {
    return this.#objectives.length > 0;
  }

  /** Conditions of a filter that finds the entries of the code. */
  static filterOf(objectives: readonly SliObjective[]): string[] {
    return [...new Set(objectives.flatMap(({ logField }) => (logField ? [`${logField.field}:*`] : [])))];
  }

  /** A request of a user. One that failed logs nothing about its answer, and other objectives count it. */
  request(request: AnsweredRequest, now: number): void {
    if (request.trace === '') {
      for (const { id } of this.#objectives) this.#cover(request.revision, id, undefined, 'missing');
      return;
    }
    const pair = this.#pair(request.trace, now);
    if (pair.request) return;
    pair.request = request;
    pair.at = now;
    for (const { id } of this.#objectives) {
      pair.booked.set(id, 'pending');
      this.#cover(request.revision, id, undefined, 'pending');
    }
    this.#book(pair);
  }

  /** An entry that the code wrote. It may have several of the fields, or only one of them. */
  entry(raw: Json, now: number): void {
    const entry = objectOf(raw);
    const payload = objectOf(entry.jsonPayload);
    const found = this.#objectives.flatMap(({ id, logField }) => {
      const verdict = judgeField(payload, logField);
      return verdict === 'absent' ? [] : ([[id, verdict]] as const);
    });
    if (found.length === 0) return;
    const trace = traceOf(entry.trace);
    if (trace === '') {
      if (this.#withoutTrace.size < mostPairs) this.#withoutTrace.add(textOrEmpty(entry.insertId));
      return;
    }
    const pair = this.#pair(trace, now);
    for (const [id, verdict] of found) {
      // Of two entries of one request the bad one counts.
      const known = pair.verdicts.get(id);
      if (known !== 'bad') pair.verdicts.set(id, known === 'good' && verdict === 'wrong' ? known : verdict);
    }
    this.#book(pair);
  }

  #pair(trace: string, now: number): Pair {
    const known = this.#pairs.get(trace);
    if (known) return known;
    if (this.#pairs.size >= mostPairs) {
      const [oldest] = this.#pairs.keys();
      if (oldest !== undefined) this.#pairs.delete(oldest);
      this.#forgotten++;
    }
    const pair: Pair = { at: now, verdicts: new Map(), booked: new Map(), counts: new Map() };
    this.#pairs.set(trace, pair);
    return pair;
  }

  #book({ request, verdicts, booked, counts }: Pair): void {
    if (!request) return;
    for (const { id } of this.#objectives) {
      const verdict = verdicts.get(id);
      const before = booked.get(id);
      if (verdict === undefined) continue;
      if (before === 'judged') {
        // What was handed out stays: a second entry after that changes nothing.
        const count = counts.get(id);
        if (count && verdict === 'bad') count.bad = 1;
        continue;
      }
      const outcome = verdict === 'wrong' ? 'wrong' : 'judged';
      booked.set(id, outcome);
      this.#cover(request.revision, id, before, outcome);
      if (outcome !== 'judged') continue;
      const count: SliCount = {
        ...{ revision: request.revision, objective: id, span: request.span },
        ...{ total: 1, bad: verdict === 'bad' ? 1 : 0 },
      };
      counts.set(id, count);
      this.#waiting.push(count);
    }
  }

  #cover(revision: string, id: string, before: Outcome | undefined, outcome: Outcome): void {
    const key = `${revision}\n${id}`;
    const coverage = this.#coverage.get(key) ?? { ...noCoverage };
    this.#coverage.set(key, coverage);
    if (before) coverage[before]--;
    coverage[outcome]++;
  }

  /** Requests whose entry should have arrived by now count as missing. */
  #settle(now: number): void {
    for (const [trace, { at, request, booked }] of this.#pairs) {
      if (request && now - at >= graceMs)
        for (const { id } of this.#objectives)
          if (booked.get(id) === 'pending') {
            booked.set(id, 'missing');
            this.#cover(request.revision, id, 'pending', 'missing');
          }
      if (now - at >= keptMs) this.#pairs.delete(trace);
    }
  }

  #isCovered(revision: string, id: string): boolean {
    const { judged, pending, missing, wrong } = this.#coverage.get(`${revision}\n${id}`) ?? noCoverage;
    // What has not come yet counts as missing until it comes, or the first look at a sample would see it whole.
    return judged >= leastCoverage * (judged + pending + missing + wrong);
  }

  /** Hands out what was counted since the last call, and keeps back what proves nothing yet. */
  take(now: number): SliCount[] {
    this.#settle(now);
    const tally = new Tally();
    const kept: SliCount[] = [];
    for (const count of this.#waiting) {
      const { revision, objective, span, total, bad } = count;
      if (this.#isCovered(revision, objective)) tally.add(revision, objective, span, total, bad);
      else kept.push(count);
    }
    this.#waiting = kept;
    return tally.counts;
  }

  notes(): string[] {
    const notes = [...this.#coverage].flatMap(([key, { judged, missing, wrong }]) => {
      const [revision = '', id = ''] = key.split('\n');
      const field = this.#objectives.find((one) => one.id === id)?.logField.field ?? id;
      const all = judged + missing + wrong;
      if (missing + wrong === 0) return [];
      const why = [
        ...(missing > 0 ? [`${missing} have no entry with it`] : []),
        ...(wrong > 0 ? [`in ${wrong} it has another type than the objective expects`] : []),
      ].join(', ');
      const so = this.#isCovered(revision, id)
        ? 'These count as nothing.'
        : `That is more than a tenth, so nothing of ${revision} counts for this objective.`;
      return [`${field}: of ${all} answered requests of ${revision}, ${why}. ${so}`];
    });
    if (this.#withoutTrace.size > 0)
      notes.push(
        `${this.#withoutTrace.size} entries of the code have no trace, so nobody knows whose request they are about. Log "logging.googleapis.com/trace" with them.`,
      );
    if (this.#forgotten > 0)
      notes.push(
        `${this.#forgotten} requests came faster than their entries could be kept, and were not judged.`,
      );
    return notes;
  }
}

const noCoverage: Coverage = { judged: 0, pending: 0, missing: 0, wrong: 0 };

/** The id of a trace, of `projects/P/traces/ID` or alone. */
export const traceOf = (value: Json | undefined): string =>
  /([0-9a-f]{32})$/i.exec(textOrEmpty(value))?.[1]?.toLowerCase() ?? '';
