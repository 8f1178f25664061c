import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { cloudRunFilter, requestCount, requestLatencies } from '../../domain/slo/cloud-run-filter.ts';
import type { Rest } from '../../http/rest.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { isQuotaError, QuotaSpent } from '../quota/quota-spent.ts';
import { explainRefusal } from '../refusal.ts';
import { type Delay, Delays } from './delay.ts';
import { type BucketCount, pointsWithin, readCounts, readSeries } from './series.ts';

export interface MonitoringScope {
  rest: Rest;
  projectId: string;
  member?: (() => string | undefined) | undefined;
  region: string;
}

/** Whole buckets of `periodSeconds` between two moments (milliseconds since the epoch). */
export interface Interval {
  from: number;
  to: number;
  periodSeconds: number;
}

export interface MonitoringApi {
  /** How late the metrics of these objectives arrive. */
  delayOf(objectives: readonly SliObjective[], signal?: AbortSignal): Promise<Delay>;
  /** Counts by revision, status and bucket. Throws `CountsRefused` if this identity may not read metrics. */
  buckets(
    query: { service: string; revisions?: readonly string[] },
    interval: Interval,
    objective: SliObjective,
    signal?: AbortSignal,
  ): Promise<BucketCount[]>;
  /** How many entries a metric of Cloud Logging counted. */
  entries(
    metric: string,
    query: { service: string; except?: readonly string[] | undefined },
    interval: Interval,
    signal?: AbortSignal,
  ): Promise<number>;
}

const metricOf = ({ kind }: SliObjective) => (kind === 'latency' ? requestLatencies : requestCount);

const byRevision = 'resource.labels.revision_name';
const mostPages = 20;
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list */
export function createMonitoringApi({ rest, projectId, member, region }: MonitoringScope): MonitoringApi {
  const delays = new Delays(rest, projectId);

  async function explained<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      if (isQuotaError(error)) throw new QuotaSpent(`metric reads of project ${projectId}`, { cause: error });
      throw explainRefusal(error, {
        counts: 'request metrics',
        projectId,
        member,
        role: 'roles/monitoring.viewer',
        service: 'monitoring.googleapis.com',
      });
    }
  }

  async function list(
    query: { service: string; revisions?: readonly string[] },
    interval: Interval,
    objective: SliObjective,
    signal?: AbortSignal,
  ): Promise<BucketCount[]> {
    const metric = metricOf(objective);
    const filter = cloudRunFilter(
      metric,
      { region, service: query.service },
      ...(query.revisions
        ? [`resource.labels.revision_name=one_of(${query.revisions.map((name) => `"${name}"`).join(',')})`]
        : []),
    );
    const groups = [byRevision, 'metric.labels.response_code'];
    const bodies = await summed({ metric, filter, groups }, interval, signal);
    return pointsWithin(
      bodies.flatMap((body) => readSeries(body, objective)),
      interval,
    );
  }

  /** The pages of a sum by group. */
  async function summed(
    { metric, filter, groups }: { metric: string; filter: string; groups: readonly string[] },
    interval: Interval,
    signal?: AbortSignal,
  ): Promise<JsonObject[]> {
    const repeated = groups
      .map((field) => `aggregation.groupByFields=${encodeURIComponent(field)}`)
      .join('&');
    const bodies: JsonObject[] = [];
    let pageToken: string | undefined;
    let pages = 0;
    do {
      if (++pages > mostPages)
        throw new ReleaseError('response-too-large', {
          what: `${metric} has more than ${mostPages} pages of time series.`,
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
        retry: 'metered-read',
        deadlineMs: 30_000,
        attemptMs: 20_000,
        signal,
      });
      bodies.push(body);
      pageToken =
        typeof body.nextPageToken === 'string' && body.nextPageToken ? body.nextPageToken : undefined;
    } while (pageToken);
    return bodies;
  }

  /** What a metric without labels of its own counted, by revision. */
  async function entries(
    metric: string,
    { service, except = [] }: { service: string; except?: readonly string[] | undefined },
    interval: Interval,
    signal?: AbortSignal,
  ): Promise<number> {
    const filter = cloudRunFilter(metric, { region, service });
    const bodies = await summed({ metric, filter, groups: [byRevision] }, interval, signal);
    return pointsWithin(bodies.flatMap(readCounts), interval)
      .filter(({ revision }) => !except.includes(revision))
      .reduce((sum, { total }) => sum + total, 0);
  }

  return {
    entries: (...asked) => explained(entries(...asked)),
    delayOf: (objectives, signal) => explained(delays.of(objectives.map(metricOf), signal)),
    buckets: (query, interval, objective, signal) => explained(list(query, interval, objective, signal)),
  };
}
