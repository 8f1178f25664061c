import { aborted, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { partial } from '../logs/fields.ts';
import { checkMetricFilter, sloSelector } from './filters.ts';
import { checkBody, checkLabels, withoutDefaults } from './shape.ts';
import { alerting, newId, type Stored } from './state.ts';

type Body = Record<string, unknown>;
const part = (value: unknown): Body => (value ?? {}) as Body;
const list = (value: unknown): Body[] => (value ?? []) as Body[];
const base = '/v1/projects/:project/dashboards';
const layouts = ['mosaicLayout', 'gridLayout', 'rowLayout', 'columnLayout'];

function checkQuery(query: Body, at: string): void {
  const kinds = Object.keys(query).filter((name) => !['unitOverride', 'outputFullDuration'].includes(name));
  if (kinds.length !== 1) throw invalidArgument(`Field ${at} must have exactly one source.`);
  const filters = [
    ...(query.timeSeriesFilter ? [part(query.timeSeriesFilter).filter] : []),
    ...(query.timeSeriesFilterRatio
      ? [
          part(part(query.timeSeriesFilterRatio).numerator).filter,
          part(part(query.timeSeriesFilterRatio).denominator).filter,
        ]
      : []),
  ];
  for (const filter of filters)
    if (typeof filter !== 'string' || !sloSelector(filter, `${at}.filter`))
      checkMetricFilter(filter, `${at}.filter`);
}

function checkWidget(widget: Body, at: string): void {
  const kinds = Object.keys(widget).filter(
    (name) => !['title', 'id', 'timeRange', 'visibilityCondition'].includes(name),
  );
  if (kinds.length !== 1) throw invalidArgument(`Field ${at} must have exactly one kind of content.`);
  const chart = part(widget.xyChart);
  if (widget.xyChart !== undefined) {
    if (list(chart.dataSets).length === 0)
      throw invalidArgument(`Field ${at}.xy_chart.data_sets is required.`);
    for (const [index, set] of list(chart.dataSets).entries())
      checkQuery(part(set.timeSeriesQuery), `${at}.xy_chart.data_sets[${index}].time_series_query`);
    for (const { color, direction } of list(chart.thresholds))
      if (color !== undefined || direction !== undefined)
        throw invalidArgument(
          `Field ${at}.xy_chart.thresholds: color and direction are not allowed in an XyChart.`,
        );
  }
  const card = part(widget.scorecard);
  if (widget.scorecard !== undefined) {
    checkQuery(part(card.timeSeriesQuery), `${at}.scorecard.time_series_query`);
    for (const { targetAxis } of list(card.thresholds))
      if (targetAxis !== undefined)
        throw invalidArgument(`Field ${at}.scorecard.thresholds: target_axis is not allowed in a Scorecard.`);
  }
}

function checkDashboard(body: Body): void {
  if (typeof body.displayName !== 'string' || body.displayName === '')
    throw invalidArgument('Field dashboard.displayName is required.');
  checkLabels(body.labels, 'dashboard.labels');
  if (layouts.filter((name) => body[name] !== undefined).length !== 1)
    throw invalidArgument('Field dashboard.layout must be exactly one of the layouts.');
  const { columns, tiles } = part(body.mosaicLayout) as { columns?: number; tiles?: Body[] };
  if (body.mosaicLayout === undefined) return;
  if (!(Number(columns) >= 1 && Number(columns) <= 48))
    throw invalidArgument(
      `Field dashboard.mosaicLayout.columns had an invalid value of "${columns}": must be from 1 to 48.`,
    );
  for (const [index, tile] of list(tiles).entries()) {
    const at = `dashboard.mosaicLayout.tiles[${index}]`;
    const { xPos = 0, yPos = 0, width = 0, height = 0 } = tile as Record<string, number>;
    if (width < 1 || height < 1 || xPos < 0 || yPos < 0 || xPos + width > Number(columns))
      throw invalidArgument(`Field ${at} must be within the ${columns} columns of the grid.`);
    checkWidget(part(tile.widget), `${at}.widget`);
  }
}

/** monitoring.v1 projects.dashboards (cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards). */
export function dashboardRoutes(world: World): Route[] {
  const { dashboards } = alerting(world);
  const allow = (call: Call, params: Record<string, string>, permission: string) =>
    requirePermission(world, call.principal, `monitoring.dashboards.${permission}`, projectOf(params));
  const find = ({ dashboard }: Record<string, string>): Stored => {
    const name = `projects/${world.projectNumber}/dashboards/${dashboard}`;
    const found = dashboards.get(name);
    if (!found) throw notFound(`Dashboard ${name} does not exist.`);
    return found;
  };
  const checked = (call: Call): Body => {
    const body = call.json();
    checkBody('v1 Dashboard', body, 'dashboard');
    return body;
  };
  const keep = (name: string, body: Body): { status: number; body: unknown } => {
    const stored = { ...body, name, etag: newId(world) } as Stored;
    dashboards.set(name, stored);
    return { status: 200, body: withoutDefaults(stored) };
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'list');
        const { items, nextPageToken } = page([...dashboards.values()], call, 1000);
        return {
          status: 200,
          body: partial(call.query, {
            ...(items.length > 0 ? { dashboards: items.map(withoutDefaults) } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          }),
        };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        const body = checked(call);
        allow(call, params, 'create');
        checkDashboard(body);
        if (call.query.get('validateOnly') === 'true') return { status: 200, body };
        return keep(`projects/${world.projectNumber}/dashboards/${newId(world)}`, body);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:dashboard`,
      handle: (call, params) => {
        allow(call, params, 'get');
        return { status: 200, body: withoutDefaults(find(params)) };
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:dashboard`,
      handle: (call, params) => {
        const body = checked(call);
        allow(call, params, 'update');
        const { name, etag } = find(params);
        if (body.etag !== undefined && body.etag !== etag)
          throw aborted('The etag of the dashboard does not match: it was changed by someone else.');
        checkDashboard(body);
        return keep(name, body);
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:dashboard`,
      handle: (call, params) => {
        allow(call, params, 'delete');
        dashboards.delete(find(params).name);
        return { status: 200, body: {} };
      },
    },
  ];
}
