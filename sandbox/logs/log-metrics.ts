import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import { canonical, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { parseFilter } from './filter.ts';
import type { SeriesKey } from './metric-filter.ts';
import type { Series } from './time-series.ts';

type Body = Record<string, unknown>;
type Params = Record<string, string>;

/** Metrics by logs have the type of their name below this. */
export const userPrefix = 'logging.googleapis.com/user/';

/** Fields of google.logging.v2.LogMetric. Those that only Google sets are ignored if they are sent. */
const settable = [
  ...['name', 'description', 'filter', 'bucketName', 'disabled', 'metricDescriptor'],
  ...['valueExtractor', 'labelExtractors', 'bucketOptions', 'version'],
];
const outputOnly = ['createTime', 'updateTime', 'resourceName'];

interface Counted {
  resourceType: string;
  labels: Record<string, string>;
  /** Time of the entry, in milliseconds since the epoch. */
  at: number;
}

interface LogMetric {
  body: Body & { name: string; filter: string };
  points: Counted[];
}

const mostPoints = 200_000;

export const logMetrics = (world: World): Map<string, LogMetric> =>
  world.extension('log metrics', () => new Map());

/** A metric counts what arrives after it was made, also what a sink keeps out of its bucket. */
export function countEntry(
  world: World,
  entry: { timestamp: string; resource: { type: string; labels: Record<string, string> } },
): void {
  for (const { body, points } of logMetrics(world).values()) {
    if (body.disabled === true || !parseFilter(body.filter)(entry as unknown as Body)) continue;
    const { type, labels } = entry.resource;
    points.push({ resourceType: type, labels, at: Date.parse(entry.timestamp) });
    if (points.length > mostPoints) points.splice(0, points.length - mostPoints);
  }
}

/** Every entry that a metric counted, as a time series of its own. Undefined if there is no such metric. */
export function userSeries(world: World, type: string): Series[] | undefined {
  const metric = type.startsWith(userPrefix)
    ? logMetrics(world).get(type.slice(userPrefix.length))
    : undefined;
  return metric?.points.map(({ resourceType, labels, at }): Series => {
    const key: SeriesKey = { metricType: type, resourceType, resourceLabels: labels, metricLabels: {} };
    const { service_name: service = '', location = '', revision_name: revision = '' } = labels;
    return { key, points: [{ service, location, revision, status: 0, milliseconds: 0, at }] };
  });
}

/** `logging.v2` projects.metrics: what `gcloud logging metrics` and an SLO by log entries need. */
export function logMetricRoutes(world: World): Route[] {
  const allow = (call: Call, { project }: Params, verb: string) =>
    requirePermission(
      world,
      call.principal,
      `logging.logMetrics.${verb}`,
      canonical(world, `//cloudresourcemanager.googleapis.com/projects/${project}`),
    );
  const shown = ({ body }: LogMetric): Reply => ({ status: 200, body });
  const found = ({ metric = '' }: Params): LogMetric => {
    const one = logMetrics(world).get(metric);
    if (!one) throw notFound(`Metric ${metric} does not exist.`);
    return one;
  };

  function checked(call: Call, name?: string): LogMetric['body'] {
    const body = call.json() as Body;
    const strange = Object.keys(body).find((field) => ![...settable, ...outputOnly].includes(field));
    if (strange)
      throw invalidArgument(
        `Invalid JSON payload received. Unknown name "${strange}" at 'metric': Cannot find field.`,
      );
    const id = String(name ?? body.name ?? '');
    if (!/^[\w.,+!*',()%-][\w\-.,+!*',()%/]{0,99}$/.test(id))
      throw invalidArgument(`The metric name '${id}' is invalid.`);
    if (name !== undefined && body.name !== undefined && body.name !== name)
      throw invalidArgument(`The name in the body, '${String(body.name)}', differs from that in the path.`);
    if (typeof body.filter !== 'string' || body.filter.trim() === '' || body.filter.length > 20_000)
      throw invalidArgument('The filter of a metric has 1 to 20000 characters.');
    parseFilter(body.filter);
    if (String(body.description ?? '').length > 8000)
      throw invalidArgument('The description of a metric has at most 8000 characters.');
    const descriptor = (body.metricDescriptor ?? {}) as { metricKind?: string; valueType?: string };
    const { metricKind = 'DELTA', valueType = 'INT64' } = descriptor;
    if (metricKind !== 'DELTA' || !['INT64', 'DISTRIBUTION'].includes(valueType))
      throw invalidArgument('The metric descriptor must be DELTA, and INT64 or DISTRIBUTION.');
    if (valueType === 'DISTRIBUTION') throw invalidArgument('This sandbox has no distributions by logs.');
    const now = new Date(world.now()).toISOString();
    const before = logMetrics(world).get(id)?.body;
    return {
      ...Object.fromEntries(Object.entries(body).filter(([field]) => settable.includes(field))),
      ...{ name: id, filter: body.filter },
      metricDescriptor: {
        name: `projects/${world.project}/metricDescriptors/${userPrefix}${id}`,
        type: `${userPrefix}${id}`,
        ...{ metricKind, valueType, unit: '1' },
        ...(body.description ? { description: body.description } : {}),
      },
      createTime: before?.createTime ?? now,
      updateTime: now,
      resourceName: `projects/${world.project}/metrics/${encodeURIComponent(id)}`,
    };
  }
  const keep = (body: LogMetric['body']): Reply => {
    const points = logMetrics(world).get(body.name)?.points ?? [];
    const kept = { body, points };
    logMetrics(world).set(body.name, kept);
    return shown(kept);
  };

  const base = '/v2/projects/:project/metrics';
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'list');
        const { items, nextPageToken } = page([...logMetrics(world).values()], call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { metrics: items.map(({ body }) => body) } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'create');
        const body = checked(call);
        if (logMetrics(world).has(body.name)) throw alreadyExists(`Metric ${body.name} already exists.`);
        return keep(body);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:metric`,
      handle: (call, params) => {
        allow(call, params, 'get');
        return shown(found(params));
      },
    },
    {
      method: 'PUT',
      pattern: `${base}/:metric`,
      handle: (call, params) => {
        allow(call, params, logMetrics(world).has(params.metric ?? '') ? 'update' : 'create');
        return keep(checked(call, params.metric));
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:metric`,
      handle: (call, params) => {
        allow(call, params, 'delete');
        logMetrics(world).delete(found(params).body.name);
        return { status: 200, body: {} };
      },
    },
  ];
}
