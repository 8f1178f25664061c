import { faultOf } from '../../domain/evidence/answers.ts';
import { clientErrorsId } from '../../domain/watch/clients/cells.ts';
import { FailureBook, failureName } from '../../domain/watch/failures.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { AnswerTally, spanOfBucket, Tally } from '../tally.ts';
import type { MonitoringApi } from './monitoring-api.ts';

export const minuteMs = 60_000;

/** Reads the metrics for one watch, whole minute by whole minute, as soon as each is guaranteed to be complete. */
export class MetricsReader implements SliReader {
  readonly source = 'metrics';
  readonly #query: SliQuery;
  readonly #api: MonitoringApi;
  readonly #clock: Clock;
  readonly #notes = new Set<string>();
  /** The minutes before this one were counted. */
  #from: number;

  constructor(query: SliQuery, api: MonitoringApi, clock: Clock) {
    this.#query = query;
    this.#api = api;
    this.#clock = clock;
    this.#from = Math.floor((query.cursor ? Date.parse(query.cursor) : query.since) / minuteMs) * minuteMs;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const delay = await this.#api.delayOf(this.#query.objectives, signal);
    if (!delay.announced)
      this.#notes.add('The metric does not announce its delay, so four minutes were assumed.');
    for (const { id, kind } of this.#query.objectives)
      if (kind === 'log_field')
        this.#notes.add(`Metrics do not show what the code logs, so nothing counts for ${id}.`);
    const horizon = Math.floor((this.#clock.now() - delay.ms) / minuteMs) * minuteMs;
    const tally = new Tally();
    const answers = new AnswerTally();
    const failures = new FailureBook();
    if (horizon > this.#from) {
      await this.#count(horizon, marks, { tally, answers, failures }, signal);
      this.#from = horizon;
    }
    return {
      counts: tally.counts,
      answers: answers.answers,
      failures: failures.failures,
      horizon: Math.max(horizon, this.#query.since),
      lagMs: delay.ms,
      cursor: new Date(this.#from).toISOString(),
      notes: [...this.#notes],
      source: this.source,
      bucketMs: minuteMs,
    };
  }

  async #count(
    horizon: number,
    marks: readonly number[],
    { tally, answers: all, failures }: { tally: Tally; answers: AnswerTally; failures: FailureBook },
    signal?: AbortSignal,
  ): Promise<void> {
    const { objectives, revisions } = this.#query;
    const interval = { from: this.#from, to: horizon, periodSeconds: 60 };
    // Counts only once every answer is there: a failed answer must not leave one objective counted and another not.
    const answers = await Promise.all(
      objectives.map(async (objective) => ({
        objective,
        buckets: await this.#api.buckets(this.#query, interval, objective, signal),
      })),
    );
    for (const [index, { objective, buckets }] of answers.entries())
      for (const { revision, start, end, total, bad, edge, code } of buckets) {
        if (!revisions.includes(revision) || start < this.#from || end > horizon) continue;
        const { span, mixed } = spanOfBucket(start, end, marks);
        // Metrics do not know what the code logs. Its requests still are answers.
        const counts = objective.kind !== 'log_field';
        if (counts) tally.add(revision, objective.id, span, total, bad, mixed);
        const status = Number(code);
        // Every objective counts the same requests, so the first one is enough.
        if (index === 0) {
          all.add(revision, span, status, total, mixed);
          if (faultOf(status) === 'client' && span >= 0)
            failures.add({
              revision,
              objective: clientErrorsId,
              what: failureName({ status }),
              count: total,
            });
        }
        const what = failureName({ status, slowerThanMs: objective.slowerThanMs });
        if (counts) failures.add({ revision, objective: objective.id, what, count: bad });
        if (edge !== undefined && edge !== objective.slowerThanMs)
          this.#notes.add(`${objective.id}: judged at the bucket edge ${Math.round(edge)} ms.`);
      }
  }
}
