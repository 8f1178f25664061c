import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { FailureBook, failureName } from '../../domain/watch/failures.ts';
import type { Rest } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type {
  SliObjective,
  SliQuery,
  SliReader,
  SliReading,
  SliSource,
  SliTotals,
} from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { type BucketCount, readSeries } from './series.ts';

export interface MonitoringOptions {
  rest: Rest;
  clock: Clock;
  projectId: string;
  region: string;
}

const requestCount = 'run.googleapis.com/request_count';
const requestLatencies = 'run.googleapis.com/request_latencies';
const minuteMs = 60_000;
/** Where a descriptor does not say how long points may take: Google's own example of a latency. */
const assumedDelayMs = 240_000;

interface Delay {
  ms: number;
  announced: boolean;
}

const secondsOf = (value: unknown): number | undefined => {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match ? Number(match[1]) : undefined;
};
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/**
 * Cloud Run's own metrics: exact counts by whole minutes, minutes late. How late is read from each metric's descriptor
 * (`ingestDelay`: older points are guaranteed to be there) and never assumed. They know only requests that reached a
 * container: 429 for want of an instance is in the logs alone.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
 */
export function createMonitoring(options: MonitoringOptions): SliSource {
  const { rest, projectId, region, clock } = options;
  const delays = new Map<string, Promise<Delay>>();

  async function readDelay(metric: string, signal?: AbortSignal): Promise<Delay> {
    const { body } = await rest.call<JsonObject>({
      api: 'monitoring',
      method: 'GET',
      path: `v3/projects/${projectId}/metricDescriptors/${metric}`,
      deadlineMs: 20_000,
      signal,
    });
    const metadata = (body.metadata ?? {}) as JsonObject;
    const delay = secondsOf(metadata.ingestDelay);
    const sample = secondsOf(metadata.samplePeriod) ?? 60;
    if (delay === undefined) return { ms: assumedDelayMs, announced: false };
    return { ms: (delay + sample) * 1000, announced: true };
  }

  /** Read once; a failure is asked about again. */
  function delayOf(metric: string, signal?: AbortSignal): Promise<Delay> {
    const known = delays.get(metric);
    if (known) return known;
    const reading = readDelay(metric, signal);
    delays.set(metric, reading);
    reading.catch(() => delays.delete(metric));
    return reading;
  }

  async function list(
    metric: string,
    query: { service: string; revisions?: readonly string[] },
    interval: { from: number; to: number; periodSeconds: number },
    objective: SliObjective,
    signal?: AbortSignal,
  ): Promise<BucketCount[]> {
    const filter = [
      `metric.type="${metric}"`,
      'resource.type="cloud_run_revision"',
      `resource.labels.location="${region}"`,
      `resource.labels.service_name="${query.service}"`,
      ...(query.revisions
        ? [`resource.labels.revision_name=one_of(${query.revisions.map((name) => `"${name}"`).join(',')})`]
        : []),
    ].join(' AND ');
    const groups = ['resource.labels.revision_name', 'metric.labels.response_code'];
    const repeated = groups
      .map((field) => `aggregation.groupByFields=${encodeURIComponent(field)}`)
      .join('&');
    const counts: BucketCount[] = [];
    let pageToken: string | undefined;
    let pages = 0;
    do {
      if (++pages > 20)
        throw new ReleaseError('response-too-large', {
          what: `${metric} has more than 20 pages of time series.`,
        });
      const { body } = await rest.call<JsonObject>({
        api: 'monitoring',
        method: 'GET',
        path: `v3/projects/${projectId}/timeSeries?${repeated}`,
        query: {
          filter,
          'interval.startTime': iso(interval.from),
          'interval.endTime': iso(interval.to),
          'aggregation.alignmentPeriod': `${interval.periodSeconds}s`,
          'aggregation.perSeriesAligner': 'ALIGN_DELTA',
          'aggregation.crossSeriesReducer': 'REDUCE_SUM',
          view: 'FULL',
          pageToken,
        },
        deadlineMs: 30_000,
        attemptMs: 20_000,
        signal,
      });
      counts.push(...readSeries(body, objective));
      pageToken =
        typeof body.nextPageToken === 'string' && body.nextPageToken ? body.nextPageToken : undefined;
    } while (pageToken);
    return counts;
  }

  const metricOf = (objective: SliObjective) =>
    objective.kind === 'latency' ? requestLatencies : requestCount;

  async function delayFor(objectives: readonly SliObjective[], signal?: AbortSignal): Promise<Delay> {
    const all = await Promise.all(objectives.map((objective) => delayOf(metricOf(objective), signal)));
    return { ms: Math.max(...all.map(({ ms }) => ms)), announced: all.every(({ announced }) => announced) };
  }

  return {
    name: 'metrics',
    open: (query) => openReader(query),
    async total(query, from, to, signal) {
      const delay = await delayFor(query.objectives, signal);
      const end = Math.floor(Math.min(to, clock.now() - delay.ms) / minuteMs) * minuteMs;
      const start = Math.floor(from / minuteMs) * minuteMs;
      const totals: SliTotals = {};
      if (end <= start) return totals;
      for (const objective of query.objectives) {
        const interval = { from: start, to: end, periodSeconds: (end - start) / 1000 };
        const buckets = await list(metricOf(objective), query, interval, objective, signal);
        if (buckets.length === 0) continue;
        const sum = { total: 0, bad: 0 };
        for (const { total, bad } of buckets) {
          sum.total += total;
          sum.bad += bad;
        }
        totals[objective.id] = sum;
      }
      return totals;
    },
  };

  function openReader(query: SliQuery): SliReader {
    let from = Math.floor((query.cursor ? Date.parse(query.cursor) : query.since) / minuteMs) * minuteMs;
    const notes = new Set<string>();
    return {
      source: 'metrics',
      async poll(marks, signal): Promise<SliReading> {
        const delay = await delayFor(query.objectives, signal);
        if (!delay.announced) notes.add('The metric does not announce its delay; four minutes were assumed.');
        const horizon = Math.floor((clock.now() - delay.ms) / minuteMs) * minuteMs;
        const tally = new Tally();
        const failed = new FailureBook();
        // The newest whole minute that is guaranteed to be complete, or nothing.
        if (horizon > from) {
          const batches = await Promise.all(
            query.objectives.map(async (objective) => ({
              objective,
              buckets: await list(
                metricOf(objective),
                query,
                { from, to: horizon, periodSeconds: 60 },
                objective,
                signal,
              ),
            })),
          );
          for (const { objective, buckets } of batches)
            for (const bucket of buckets) {
              if (!query.revisions.includes(bucket.revision) || bucket.start < from || bucket.end > horizon)
                continue;
              const { span, mixed } = spanOfBucket(bucket.start, bucket.end, marks);
              tally.add(bucket.revision, objective.id, span, bucket.total, bucket.bad, mixed);
              const { slowerThanMs } = objective;
              const what = failureName({ status: Number(bucket.code), slowerThanMs });
              failed.add({ revision: bucket.revision, objective: objective.id, what, count: bucket.bad });
              if (bucket.edge !== undefined && bucket.edge !== objective.slowerThanMs)
                notes.add(`${objective.id}: judged at the bucket edge ${Math.round(bucket.edge)} ms.`);
            }
          from = horizon;
        }
        return {
          counts: tally.counts,
          failures: failed.failures,
          horizon: Math.max(horizon, query.since),
          lagMs: delay.ms,
          cursor: iso(from),
          notes: [...notes],
          source: 'metrics',
          bucketMs: minuteMs,
        };
      },
    };
  }
}
