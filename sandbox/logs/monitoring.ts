import { invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply } from '../core/types.ts';
import { alertRoutes } from './alerts.ts';
import { descriptorRoutes, metricTypes } from './descriptors.ts';
import { partial } from './fields.ts';
import { userSeries } from './log-metrics.ts';
import { parseMetricFilter } from './metric-filter.ts';
import { type MetricPoint, metricPoints } from './metrics-store.ts';
import { countRead, metricReads } from './read-quota.ts';
import {
  type Aggregation,
  alignedValue,
  group,
  keyOf,
  reduceKey,
  SAMPLE_MS,
  type Series,
} from './time-series.ts';

function time(call: Call, name: string): number {
  const text = call.query.get(name);
  const value = Date.parse(text ?? '');
  if (Number.isNaN(value)) throw invalidArgument(`Field ${name} had an invalid value of "${text ?? ''}".`);
  return value;
}

function aggregationOf(call: Call): Aggregation {
  const period = call.query.get('aggregation.alignmentPeriod');
  const seconds = period ? Number(/^(\d+(?:\.\d+)?)s$/.exec(period)?.[1]) : undefined;
  if (seconds !== undefined && !(seconds >= 60))
    throw invalidArgument('Field aggregation.alignmentPeriod must be at least 60 seconds.');
  const aligner = call.query.get('aggregation.perSeriesAligner') ?? 'ALIGN_NONE';
  const reducer = call.query.get('aggregation.crossSeriesReducer') ?? 'REDUCE_NONE';
  if (aligner !== 'ALIGN_NONE' && seconds === undefined)
    throw invalidArgument('An aligner needs aggregation.alignmentPeriod.');
  if (reducer !== 'REDUCE_NONE' && aligner === 'ALIGN_NONE')
    throw invalidArgument('A reducer needs an aligner.');
  if (reducer !== 'REDUCE_NONE' && reducer !== 'REDUCE_SUM')
    throw invalidArgument(`This sandbox has no reducer ${reducer}.`);
  const groupBy = call.query.getAll('aggregation.groupByFields').flatMap((fields) => fields.split(','));
  return { alignmentMs: seconds === undefined ? undefined : seconds * 1000, aligner, reducer, groupBy };
}

/** Only whole minutes that have been ingested. A minute can be read `metricLagMs` after its end. */
export function ingested(world: World, at: number): boolean {
  const minuteEnd = Math.floor(at / SAMPLE_MS) * SAMPLE_MS + SAMPLE_MS;
  return minuteEnd + world.settings.metricLagMs <= world.now();
}

function pointsOf(series: Series, metric: string, aggregation: Aggregation, from: number, to: number) {
  const period = aggregation.alignmentMs ?? SAMPLE_MS;
  // Aligned intervals count back from the end of the query. Raw ones begin at whole minutes.
  const endOf = (at: number) =>
    aggregation.alignmentMs
      ? to - Math.floor((to - at) / period) * period
      : Math.floor(at / SAMPLE_MS) * SAMPLE_MS + SAMPLE_MS;
  const buckets = new Map<number, MetricPoint[]>();
  for (const point of series.points) {
    const end = endOf(point.at);
    buckets.set(end, [...(buckets.get(end) ?? []), point]);
  }
  return [...buckets]
    .filter(([end]) => end <= to && end - period >= from - (aggregation.alignmentMs ? 0 : period))
    .sort(([a], [b]) => b - a)
    .map(([end, points]) => ({
      end,
      start: end - period,
      ...alignedValue(metric, aggregation.aligner, points, period),
    }));
}

/** Answers filters that name no metric, such as those of SLOs. Undefined for any other filter. */
export type SeriesSelector = (
  filter: string,
  from: number,
  to: number,
) => Record<string, unknown> | undefined;
export const seriesSelectors = (world: World): SeriesSelector[] =>
  world.extension('series selectors', () => []);

/** Every single point of a metric: a request of Cloud Run, or an entry that a metric by logs counted. */
export function seriesOf(world: World, metric: string): Series[] {
  const counted = userSeries(world, metric);
  if (counted) return counted;
  if (!metricTypes[metric])
    throw notFound(
      `Cannot find metric(s) that match type = "${metric}". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.`,
    );
  return metricPoints(world).map((point) => ({ key: keyOf(metric, world.project, point), points: [point] }));
}

/** monitoring.v3 timeSeries.list for the two request metrics of Cloud Run, and for metrics by logs. */
function listSeries(world: World, call: Call, params: Record<string, string>): Reply {
  requirePermission(world, call.principal, 'monitoring.timeSeries.list', projectOf(params));
  const to = time(call, 'interval.endTime');
  const from = call.query.has('interval.startTime') ? time(call, 'interval.startTime') : to - 1;
  const filter = call.query.get('filter') ?? '';
  for (const select of seriesSelectors(world)) {
    const body = select(filter, from, to);
    if (body) return { status: 200, body };
  }
  const { metric, matches } = parseMetricFilter(filter);
  if (from >= to) throw invalidArgument('interval.startTime must be before interval.endTime.');
  const aggregation = aggregationOf(call);
  countRead(world, metricReads(world));
  const within = ({ at }: MetricPoint) => at > from && at <= to && ingested(world, at);
  const single = seriesOf(world, metric).filter(({ points }) => points.every(within));
  const perSeries = group(
    single.filter(({ key }) => matches(key)),
    (key) => key,
  );
  const reduced =
    aggregation.reducer === 'REDUCE_NONE'
      ? perSeries
      : group(perSeries, (key) => reduceKey(key, aggregation.groupBy));
  const series = reduced
    .map(({ key, points: own }) => ({
      key,
      aligned: pointsOf({ key, points: own }, metric, aggregation, from, to),
    }))
    .filter(({ aligned }) => aligned.length > 0)
    .map(({ key, aligned }) => ({
      metric: {
        type: key.metricType,
        ...(Object.keys(key.metricLabels).length ? { labels: key.metricLabels } : {}),
      },
      resource: { type: key.resourceType, labels: { project_id: world.project, ...key.resourceLabels } },
      metricKind: aligned[0]?.kind,
      valueType: aligned[0]?.type,
      points: aligned.map(({ start, end, value }) => ({
        interval: { startTime: new Date(start).toISOString(), endTime: new Date(end).toISOString() },
        value,
      })),
    }));
  const { items, nextPageToken } = page(series, call, 100_000);
  const body = {
    ...(items.length ? { timeSeries: items } : {}),
    ...(nextPageToken ? { nextPageToken } : {}),
    unit: metricTypes[metric]?.unit,
  };
  return { status: 200, body: partial(call.query, body) };
}

/** The part of Cloud Monitoring v3 that a reader of Cloud Run's request metrics needs. */
export function monitoringApi(world: World): ApiDefinition {
  return {
    name: 'monitoring',
    routes: [
      ...alertRoutes(world),
      ...descriptorRoutes(world),
      {
        method: 'GET',
        pattern: '/v3/projects/:project/timeSeries',
        handle: (call, params) => listSeries(world, call, params),
      },
    ],
  };
}
