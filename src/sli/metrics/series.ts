import type { Json, JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { countAbove, readHistogram } from './distribution.ts';

/** One whole bucket of one revision. */
export interface BucketCount {
  revision: string;
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
  total: number;
  bad: number;
  /** For latency: the bucket edge that was judged by. */
  edge?: number | undefined;
  /** Status of its answers; empty where the series does not say. */
  code: string;
}

const object = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** INT64 comes as text; a double is taken where it is whole. */
function wholeOf(value: JsonObject): number | undefined {
  const raw = value.int64Value ?? value.doubleValue;
  const number =
    typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : typeof raw === 'number' ? raw : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

const isBad = (code: string) => /^5/.test(code) || code === '429';

/**
 * Reads a page of time series. A point that cannot be read is not skipped in silence: half a bucket would be a wrong
 * count, so the whole page is refused.
 */
export function readSeries(body: JsonObject, objective: SliObjective): BucketCount[] {
  if (body.timeSeries !== undefined && !Array.isArray(body.timeSeries))
    throw malformed('timeSeries is not a list');
  const problems = list(body.executionErrors);
  if (problems.length > 0)
    throw malformed(`the answer is partial: ${text(object(problems[0]).message) || 'an execution error'}`);
  const counts: BucketCount[] = [];
  for (const raw of list(body.timeSeries)) {
    const series = object(raw);
    const revision = text(object(object(series.resource).labels).revision_name);
    const code = text(object(object(series.metric).labels).response_code);
    if (!revision) throw malformed('a time series has no revision_name');
    for (const point of list(series.points)) {
      const interval = object(object(point).interval);
      const start = Date.parse(text(interval.startTime));
      const end = Date.parse(text(interval.endTime));
      if (!(end > start)) throw malformed('a point has no interval');
      const value = object(object(point).value);
      if (objective.kind === 'latency') {
        const histogram = readHistogram(value.distributionValue);
        if (!histogram) throw malformed('a point of the latency is no distribution');
        const { total, above, edge } = countAbove(
          histogram,
          objective.slowerThanMs ?? Number.POSITIVE_INFINITY,
        );
        counts.push({ revision, start, end, total, bad: above, edge, code });
      } else {
        const total = wholeOf(value);
        if (total === undefined) throw malformed('a point of the count is no whole number');
        if (!code) throw malformed('a time series has no response_code');
        counts.push({ revision, start, end, total, bad: isBad(code) ? total : 0, code });
      }
    }
  }
  return counts;
}

function malformed(why: string): ReleaseError {
  return new ReleaseError('response-malformed', {
    what: `Cloud Monitoring answered with something unexpected: ${why}.`,
  });
}
