import { type JsonObject, listOf, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { isCount } from '../count.ts';
import { isBadStatus } from '../tally.ts';
import { countAbove, readHistogram } from './distribution.ts';

/** The requests of one revision in one whole bucket of time. */
export interface BucketCount {
  revision: string;
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
  total: number;
  bad: number;
  /** For latency: the edge of the histogram bucket (milliseconds) above which requests count as slow. */
  edge?: number | undefined;
  /** HTTP status of the answers; empty if the series does not say. */
  code: string;
}

/** Reads an INT64, which JSON carries as text, or a double without a fraction. */
function wholeOf(value: JsonObject): number | undefined {
  const raw = value.int64Value ?? value.doubleValue;
  const number = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw;
  return isCount(number) ? number : undefined;
}

/** The series of a page, each with its revision. Throws if the page is not whole. */
function seriesIn(body: JsonObject): { series: JsonObject; revision: string }[] {
  if (body.timeSeries !== undefined && !Array.isArray(body.timeSeries))
    throw malformed('timeSeries is not a list');
  const problems = listOf(body.executionErrors);
  if (problems.length > 0)
    throw malformed(
      `the answer is partial: ${textOrEmpty(objectOf(problems[0]).message) || 'an execution error'}`,
    );
  return listOf(body.timeSeries).map((raw) => {
    const series = objectOf(raw);
    const revision = textOrEmpty(objectOf(objectOf(series.resource).labels).revision_name);
    if (!revision) throw malformed('a time series has no revision_name');
    return { series, revision };
  });
}

/** When a point was counted. Milliseconds since the epoch. */
function intervalOf(point: unknown): { start: number; end: number } {
  const interval = objectOf(objectOf(point).interval);
  const start = Date.parse(textOrEmpty(interval.startTime));
  const end = Date.parse(textOrEmpty(interval.endTime));
  if (!(end > start)) throw malformed('a point has no interval');
  return { start, end };
}

/** A page of plain counts by revision. */
export function readCounts(
  body: JsonObject,
): (Pick<BucketCount, 'revision' | 'start' | 'end' | 'total'> & { code: '' })[] {
  return seriesIn(body).flatMap(({ series, revision }) =>
    listOf(series.points).map((point) => {
      const total = wholeOf(objectOf(objectOf(point).value));
      if (total === undefined) throw malformed('a point of the count is not a whole number');
      return { revision, code: '', ...intervalOf(point), total };
    }),
  );
}

/** Ends of points may be written some milliseconds beside their minute. */
const slackMs = 1000;

/**
 * The points that lie in the time that was asked for. Throws if two points of one series are about the same time, since a request would
 * count twice.
 */
export function pointsWithin<P extends Pick<BucketCount, 'revision' | 'code' | 'start' | 'end'>>(
  points: readonly P[],
  { from, to }: { from: number; to: number },
): P[] {
  const within = points.filter(({ start, end }) => start >= from - slackMs && end <= to + slackMs);
  const ends = new Map<string, number>();
  for (const { revision, code, start, end } of [...within].sort((a, b) => a.start - b.start)) {
    const key = `${revision}\n${code}`;
    if (start + slackMs < (ends.get(key) ?? Number.NEGATIVE_INFINITY))
      throw malformed('two points of one series are about the same time');
    ends.set(key, end);
  }
  return within;
}

/**
 * Reads a page of time series. Throws on a point that it cannot read: skipping the point would leave half a bucket,
 * which is a wrong count.
 */
export function readSeries(body: JsonObject, objective: SliObjective): BucketCount[] {
  const counts: BucketCount[] = [];
  for (const { series, revision } of seriesIn(body)) {
    const code = textOrEmpty(objectOf(objectOf(series.metric).labels).response_code);
    for (const point of listOf(series.points)) {
      const { start, end } = intervalOf(point);
      const value = objectOf(objectOf(point).value);
      if (objective.kind === 'latency') {
        const histogram = readHistogram(value.distributionValue);
        if (!histogram) throw malformed('a point of the latency is not a distribution');
        const { total, above, edge } = countAbove(
          histogram,
          objective.slowerThanMs ?? Number.POSITIVE_INFINITY,
        );
        counts.push({ revision, start, end, total, bad: above, edge, code });
      } else {
        const total = wholeOf(value);
        if (total === undefined) throw malformed('a point of the count is not a whole number');
        if (!code) throw malformed('a time series has no response_code');
        counts.push({
          revision,
          start,
          end,
          total,
          bad: isBadStatus(Number(code), objective) ? total : 0,
          code,
        });
      }
    }
  }
  return counts;
}

function malformed(why: string): ReleaseError {
  return new ReleaseError('response-malformed', {
    what: `The answer of Cloud Monitoring cannot be used: ${why}.`,
  });
}
