import { invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { partial } from './fields.ts';

/** google.monitoring.v3.Alert, as the discovery document of 2026-01-29 describes it. Nobody writes it by API. */
interface Alert {
  name: string;
  state: 'OPEN' | 'CLOSED';
  openTime: string;
  closeTime?: string;
  resource?: { type: string; labels?: Record<string, string> };
  metadata?: object;
  metric?: { type: string; labels?: Record<string, string> };
  log?: { extractedLabels?: Record<string, string> };
  policy?: {
    name?: string;
    displayName?: string;
    severity?: 'SEVERITY_UNSPECIFIED' | 'CRITICAL' | 'ERROR' | 'WARNING';
    userLabels?: Record<string, string>;
  };
}

const known = new Set([
  ...['name', 'state', 'openTime', 'closeTime', 'resource', 'metadata', 'metric', 'log', 'policy'],
]);
const alertsOf = (world: World) => world.extension('alerts', () => ({ all: [] as Alert[] }));

/** The setting `alerts`: what the policies of the project have opened. Id, state and time have defaults. */
export function alertSetting(world: World): void {
  addSetting(world, 'alerts', (value) => {
    if (!Array.isArray(value)) throw invalidArgument('setting "alerts" must be a list of alerts.');
    const alerts = (value as Partial<Alert>[]).map((alert, i): Alert => {
      const strange = Object.keys(alert).find((field) => !known.has(field));
      if (strange) throw invalidArgument(`Unknown name "${strange}": Cannot find field.`);
      const name = `projects/${world.project}/alerts/0.o${i}`;
      return { name, state: 'OPEN', openTime: new Date(world.now()).toISOString(), ...alert };
    });
    alertsOf(world).all = alerts;
  });
}

/** `open_time desc, close_time`: the two fields by which alerts are sorted. */
function sorter(order: string): (a: Alert, b: Alert) => number {
  const keys = order.split(',').map((part) => {
    const [, field, desc] = /^\s*(open_time|close_time)(\s+desc)?\s*$/.exec(part) ?? [];
    if (!field) throw invalidArgument(`Field orderBy had an invalid value of "${order}".`);
    return { field: field === 'open_time' ? ('openTime' as const) : ('closeTime' as const), desc };
  });
  return (a, b) => {
    for (const { field, desc } of keys) {
      const [one, other] = [Date.parse(a[field] ?? '') || 0, Date.parse(b[field] ?? '') || 0];
      if (one !== other) return desc ? other - one : one - other;
    }
    return 0;
  };
}

/** monitoring.v3 projects.alerts.list: 50 alerts a page by default and 1000 at most, the newest first. */
function list(world: World, call: Call, params: Record<string, string>): Reply {
  requirePermission(world, call.principal, 'monitoring.alerts.list', projectOf(params));
  if (call.query.get('filter'))
    throw invalidArgument(
      'This sandbox has no filter of alerts, because Google documents no grammar for it.',
    );
  const alerts = [...alertsOf(world).all].sort(sorter(call.query.get('orderBy') || 'open_time desc'));
  const asked = Number(call.query.get('pageSize') ?? 0);
  const { items, nextPageToken } = page(alerts, call, asked > 0 ? Math.min(1000, asked) : 50);
  const body = {
    ...(items.length > 0 ? { alerts: items } : {}),
    ...(nextPageToken ? { nextPageToken } : {}),
    ...(alerts.length > 0 ? { totalSize: alerts.length } : {}),
  };
  return { status: 200, body: partial(call.query, body) };
}

function get(world: World, call: Call, params: Record<string, string>): Reply {
  requirePermission(world, call.principal, 'monitoring.alerts.get', projectOf(params));
  const found = alertsOf(world).all.find(({ name }) => name.endsWith(`/${params.alert}`));
  if (!found) throw notFound('The alert was not found.');
  return { status: 200, body: partial(call.query, found) };
}

export const alertRoutes = (world: World): Route[] => [
  {
    method: 'GET',
    pattern: '/v3/projects/:project/alerts',
    handle: (call, params) => list(world, call, params),
  },
  {
    method: 'GET',
    pattern: '/v3/projects/:project/alerts/:alert',
    handle: (call, params) => get(world, call, params),
  },
];
