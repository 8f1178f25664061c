import { isObject, type JsonObject, listOf, objectOf, textsOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { isCount } from '../count.ts';
import type { Point, Window } from '../minutes/window.ts';
import { firstWarning } from '../warnings.ts';
import type { DatadogApi } from './api.ts';
import { stepProblem } from './step.ts';

/** The series of one query: one for each group, or at most one if it has no groups. */
export interface Series {
  /** Such as `version:ocr-00002-abc`. */
  tags: readonly string[];
  points: Point[];
}

/** Reads counts, the series of each query in their order. A period without a point is absent. */
export type ReadCounts = (
  queries: readonly string[],
  window: Window,
  signal?: AbortSignal,
) => Promise<Series[][]>;

const malformed = (why: string) =>
  new ReleaseError('response-malformed', { what: `The answer of Datadog cannot be used: ${why}.` });

/** Datadog counts in floating point. What is further from a whole number than this is no number of requests. */
const tolerance = 0.01;

/** https://docs.datadoghq.com/api/latest/metrics/query-timeseries-data-across-multiple-products/ */
export function createReadCounts(api: DatadogApi): ReadCounts {
  return async (queries, { from, to, periodSeconds }, signal) => {
    const interval = periodSeconds * 1000;
    const attributes = {
      from,
      to,
      interval,
      queries: queries.map((query, index) => ({ data_source: 'metrics', name: `q${index}`, query })),
    };
    const answer = await api('/api/v2/query/timeseries', {
      body: { data: { type: 'timeseries_request', attributes } },
      signal,
    });
    return seriesOf(answer, queries, { from, to, interval });
  };
}

function seriesOf(
  answer: JsonObject,
  queries: readonly string[],
  { from, to, interval }: { from: number; to: number; interval: number },
): Series[][] {
  // Datadog can answer 200 and say in `errors` that a query failed.
  const said = firstWarning(answer.errors);
  if (said !== undefined)
    throw new ReleaseError('counts-partial', {
      what: `Datadog answered only in part: ${said}.`,
    });
  const data = objectOf(answer.data);
  if (data.type !== 'timeseries_response' || !isObject(data.attributes))
    throw malformed('it is no timeseries_response');
  const { attributes } = data;
  const times = listOf(attributes.times).map((time) => {
    if (typeof time !== 'number' || !Number.isInteger(time)) throw malformed('a time is no whole number');
    return time;
  });
  const wrongStep = stepProblem(times, interval);
  if (wrongStep !== undefined)
    throw new ReleaseError('counts-unusable', {
      what: `Datadog answered in other steps than the ${interval / 1000} s that were asked for: ${wrongStep}.`,
      why: 'It widens the steps if a query has too many points, or if the metric itself is sent more rarely. Then a request cannot be told to be before or after a change of traffic.',
      fix: 'The next look asks again. If it stays so, count with a metric that is sent at least once a minute.',
    });
  const found: Series[][] = queries.map(() => []);
  const values = listOf(attributes.values);
  const series = listOf(attributes.series);
  if (values.length !== series.length) throw malformed('it has more series than lists of values, or fewer');
  for (const [n, raw] of series.entries()) {
    const { query_index: index, group_tags: tags } = objectOf(raw);
    const query = typeof index === 'number' ? queries[index] : undefined;
    if (query === undefined) throw malformed('it has a series that nobody asked for');
    const own = listOf(values[n]);
    if (own.length !== times.length) throw malformed('a series has more values than times, or fewer');
    const points: Point[] = [];
    for (const [at, value] of own.entries()) {
      const start = times[at] as number;
      // Null means no point. That is not the number 0, but no request was counted either.
      if (value === null || value === undefined || start < from || start >= to) continue;
      points.push({ start, sum: countOf(value, query) });
    }
    found[index as number]?.push({ tags: textsOf(tags), points });
  }
  if (found.some((own, n) => own.length > 1 && !queries[n]?.includes(' by {')))
    throw malformed('it has several series, but one count was asked for');
  for (const own of found) {
    const groups = own.map(({ tags }) => [...tags].sort().join('\n'));
    if (new Set(groups).size < groups.length) throw malformed('it has the series of one group twice');
  }
  return found;
}

function countOf(value: unknown, query: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed('a value is no number');
  const count = Math.round(value);
  if (isCount(count) && Math.abs(value - count) <= tolerance) return count;
  throw new CountsUnusable({
    what: `${query} has the value ${Number(value.toPrecision(6))}, which is not a number of requests.`,
    why: 'The metric is a gauge or an average, not a count.',
    fix: 'Name a metric of type COUNT or RATE, or count the values of a distribution (count:).',
  });
}
