import { ReleaseError } from '../../../domain/errors/errors.ts';
import type { PrometheusCounters } from '../../../domain/slo/objective.ts';
import { CountsUnusable } from '../../../steps/ports/counts-refused.ts';
import type { SliQuery, SliTotals } from '../../../steps/ports/sli.ts';
import type { Minute } from '../../minutes/book.ts';
import type { MinuteAnswer } from '../../minutes/reader.ts';
import { isOnGrid, type Point, type Window } from '../../minutes/window.ts';
import { readPeriods } from '../answer.ts';
import type { PrometheusApi } from '../query-api.ts';
import {
  comparedLabels,
  type LogQuery,
  logQueryText,
  ofRevision,
  ofService,
  parseLogQuery,
} from './log-query.ts';

/** Entries of these days show whether the queries can be right. A longer time is read only if a shorter one has none. */
const existsDays = [1, 7];
const dayMs = 24 * 3_600_000;

/** The parsed queries of one objective: all requests, and either the bad ones or the good ones. */
interface Pair {
  total: LogQuery;
  part: LogQuery;
  /** The second query counts the good requests. */
  isGood: boolean;
}

/** Counts log entries of Loki, one for each request. */
export class LokiCounts {
  readonly #api: PrometheusApi;
  readonly #countersOf: (objective: string) => PrometheusCounters;

  constructor(api: PrometheusApi, countersOf: (objective: string) => PrometheusCounters) {
    this.#api = api;
    this.#countersOf = countersOf;
  }

  /** The minutes of each objective and revision. */
  minutes(
    { service, revisions, objectives }: SliQuery,
    window: Window,
    signal?: AbortSignal,
  ): Promise<MinuteAnswer[]> {
    return Promise.all(
      objectives.flatMap(({ id }) =>
        revisions.map(async (revision) => {
          const { total, part, isGood } = this.#pairOf(id);
          const [all, some] = await Promise.all(
            [total, part].map((query) => this.#points(ofRevision(query, service, revision), window, signal)),
          );
          return { objective: id, revision, minutes: joined(all ?? [], some ?? [], isGood) };
        }),
      ),
    );
  }

  /** All requests of the service, revisions that were taken back excepted. */
  async totals(
    {
      service,
      objectives,
      except,
    }: { service: string; objectives: readonly { id: string }[]; except?: readonly string[] | undefined },
    window: Window,
    signal?: AbortSignal,
  ): Promise<SliTotals> {
    const totals: SliTotals = {};
    for (const { id } of objectives) {
      const { total, part, isGood } = this.#pairOf(id);
      const [all = [], some = []] = await Promise.all(
        [total, part].map((query) => this.#points(ofService(query, service, except), window, signal)),
      );
      if (all.length === 0) continue;
      const sum = { total: 0, bad: 0 };
      for (const period of joined(all, some, isGood)) {
        sum.total += period.total;
        sum.bad += Math.min(period.bad, period.total);
      }
      totals[id] = sum;
    }
    return totals;
  }

  /**
   * Throws if the queries cannot be right: no entry of all requests, or a filter by a label that no entry has. Loki answers both with
   * nothing, as if nobody had failed.
   */
  async inspect(
    { service, objectives }: { service: string; objectives: readonly { id: string }[] },
    to: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const some = async (text: string) => {
      for (const days of existsDays) {
        const window: Window = { from: to - days * dayMs, to, periodSeconds: 3600 };
        if ((await this.#points(text, window, signal)).length > 0) return true;
      }
      return false;
    };
    for (const { id } of objectives) {
      const { total, part } = this.#pairOf(id);
      const all = ofService(total, service);
      if (!(await some(all)))
        throw new CountsUnusable({
          what: `Loki has no entry for ${all} in the last ${existsDays.at(-1)} days.`,
          why: 'A label or a value is wrong, or nobody has sent a request. Loki answers both in the same way.',
          fix: 'Try the query in Grafana. If the service is new, send it one request.',
        });
      for (const { label, before } of comparedLabels(part)) {
        const entries = ofService(before, service);
        if (!(await some(entries)) || (await some(`${entries} | ${label}!=""`))) continue;
        throw new CountsUnusable({
          what: `No entry of Loki for ${entries} has the label ${label}, which ${logQueryText(part)} compares.`,
          why: 'A comparison with a label that is not there is never true, so the query would count nothing for ever.',
          fix: 'Look at the labels of an entry in Grafana, and correct the query. A stage such as | json makes labels of the fields.',
        });
      }
    }
  }

  #pairOf(objective: string): Pair {
    const { total, bad, good } = this.#countersOf(objective);
    const queries = [total, bad ?? good].map((text) => parseLogQuery(text ?? ''));
    const [all, part] = queries;
    if (all && part) return { total: all, part, isGood: bad === undefined };
    throw new CountsUnusable({
      what: `${total} or ${bad ?? good} is no log query of Loki.`,
      fix: 'Give queries such as {app="ocr",revision="$revision"} | json | status >= 500.',
    });
  }

  /** How many entries passed in each period. A period without one is absent. */
  async #points(text: string, window: Window, signal?: AbortSignal): Promise<Point[]> {
    const { from, to, periodSeconds } = window;
    const body = await this.#api(
      'query_range',
      {
        query: `sum(count_over_time(${text}[${periodSeconds}s]))`,
        // A point counts the period that ends at its time, so the first one is a period after the beginning.
        start: `${from / 1000 + periodSeconds}`,
        // The last period of a long window has not ended yet.
        end: `${from / 1000 + Math.ceil((to - from) / 1000 / periodSeconds) * periodSeconds}`,
        step: `${periodSeconds}`,
      },
      signal,
    );
    const points = readPeriods(body)
      .map(({ at, value }) => ({ start: (at - periodSeconds) * 1000, sum: value }))
      .filter(({ start }) => start >= from && start < to);
    if (points.every(({ start }) => isOnGrid(start, window))) return points;
    throw new ReleaseError('response-malformed', {
      what: 'The answer of Loki cannot be used: a sample is between two of the periods that were asked for.',
    });
  }
}

function joined(all: readonly Point[], some: readonly Point[], isGood: boolean): Minute[] {
  const minutes = new Map<number, Minute>();
  const of = (start: number) => {
    const known = minutes.get(start) ?? { start, total: 0, bad: 0 };
    minutes.set(start, known);
    return known;
  };
  for (const { start, sum } of all) of(start).total += sum;
  for (const { start, sum } of some) of(start).bad += sum;
  const sorted = [...minutes.values()].sort((a, b) => a.start - b.start);
  // More good requests than requests: the entries of a part are late. As bad ones they are more than all, which is refused.
  return isGood
    ? sorted.map((one) => ({ ...one, bad: one.bad > one.total ? one.bad : one.total - one.bad }))
    : sorted;
}
