import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { checkMetricFilter } from './filters.ts';
import { checkBody, checkLabels, maskedFields, withoutDefaults } from './shape.ts';
import { alerting, newId, type Stored } from './state.ts';

type Body = Record<string, unknown>;
type Params = Record<string, string>;
const part = (value: unknown): Body => (value ?? {}) as Body;

const base = '/v3/projects/:project/services';
const below = `${base}/:service/serviceLevelObjectives`;

function checkObjective(body: Body): void {
  const { goal, rollingPeriod, calendarPeriod } = body;
  if (!(typeof goal === 'number' && goal > 0 && goal <= 0.9999))
    throw invalidArgument(
      `Field service_level_objective.goal had an invalid value of "${goal ?? 0}": must be greater than 0 and at most 0.9999.`,
    );
  if ((rollingPeriod === undefined) === (calendarPeriod === undefined))
    throw invalidArgument(
      'Field service_level_objective.period is required: set exactly one of rolling_period and calendar_period.',
    );
  if (rollingPeriod !== undefined) {
    const days = Number.parseFloat(String(rollingPeriod)) / 86_400;
    if (!(Number.isInteger(days) && days >= 1 && days <= 30))
      throw invalidArgument(
        `Field service_level_objective.rolling_period had an invalid value of "${rollingPeriod}": must be an integer multiple of 1 day no larger than 30 days.`,
      );
  }
  const at = 'service_level_objective.service_level_indicator';
  const indicator = part(body.serviceLevelIndicator);
  if (Object.keys(indicator).length !== 1)
    throw invalidArgument(`Field ${at} is required: set exactly one kind of indicator.`);
  const requests = part(indicator.requestBased);
  if (indicator.requestBased === undefined) return;
  if (Object.keys(requests).length !== 1)
    throw invalidArgument(
      `Field ${at}.request_based: set exactly one of good_total_ratio and distribution_cut.`,
    );
  const ratio = part(requests.goodTotalRatio);
  if (requests.goodTotalRatio !== undefined) {
    const filters = Object.entries(ratio);
    if (filters.length !== 2)
      throw invalidArgument(
        `Field ${at}.request_based.good_total_ratio: exactly two of good_service_filter, bad_service_filter and total_service_filter must be set.`,
      );
    for (const [name, filter] of filters)
      checkMetricFilter(filter, `${at}.request_based.good_total_ratio.${name}`, 'numbers');
  }
  const cut = part(requests.distributionCut);
  if (requests.distributionCut !== undefined) {
    checkMetricFilter(
      cut.distributionFilter,
      `${at}.request_based.distribution_cut.distribution_filter`,
      'distribution',
    );
    const { min = 0, max = 0 } = part(cut.range) as { min?: number; max?: number };
    if (!(Number(max) > Number(min)))
      throw invalidArgument(
        `Field ${at}.request_based.distribution_cut.range: max must be greater than min.`,
      );
  }
}

/** monitoring.v3 services and their SLOs (cloud.google.com/monitoring/api/ref_v3/rest/v3/services). */
export function serviceRoutes(world: World): Route[] {
  const state = alerting(world);
  const nameOf = ({ service }: Params) => `projects/${world.projectNumber}/services/${service}`;
  const allow = (call: Call, params: Params, permission: string) =>
    requirePermission(world, call.principal, `monitoring.${permission}`, projectOf(params));
  const findService = (params: Params): Stored => {
    const found = state.services.get(nameOf(params));
    if (!found) throw notFound(`Service ${nameOf(params)} does not exist.`);
    return found;
  };
  const findObjective = (params: Params): Stored => {
    const name = `${nameOf(params)}/serviceLevelObjectives/${params.objective}`;
    const found = state.objectives.get(name);
    if (!found) throw notFound(`Service level objective ${name} does not exist.`);
    return found;
  };
  const shown = (stored: Stored) => ({ status: 200, body: withoutDefaults(stored) });
  const listed = (call: Call, field: string, items: readonly Stored[]) => {
    const { items: some, nextPageToken } = page(items, call, 1000);
    return {
      status: 200,
      body: {
        ...(some.length > 0 ? { [field]: some.map(withoutDefaults) } : {}),
        ...(nextPageToken ? { nextPageToken } : {}),
      },
    };
  };
  const patch = (call: Call, stored: Stored, body: Body, check: (next: Body) => void) => {
    const next: Stored = { ...stored };
    for (const field of maskedFields(call.query.get('updateMask'), body))
      if (field !== 'name') next[field] = body[field];
    check(next);
    for (const [field, value] of Object.entries(next)) if (value === undefined) delete next[field];
    return next;
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'services.list');
        return listed(call, 'services', [...state.services.values()]);
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 Service', body, 'service');
        allow(call, params, 'services.create');
        checkLabels(body.userLabels, 'service.user_labels');
        const id = call.query.get('serviceId') ?? newId(world);
        if (!/^[a-z0-9-]{1,63}$/.test(id))
          throw invalidArgument(`Field service_id had an invalid value of "${id}": must match [a-z0-9-]+.`);
        const name = nameOf({ service: id });
        if (state.services.has(name)) throw alreadyExists(`Service ${name} already exists.`);
        const stored = { ...body, name } as Stored;
        state.services.set(name, stored);
        return shown(stored);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:service`,
      handle: (call, params) => {
        allow(call, params, 'services.get');
        return shown(findService(params));
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:service`,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 Service', body, 'service');
        allow(call, params, 'services.update');
        const next = patch(call, findService(params), body, ({ userLabels }) =>
          checkLabels(userLabels, 'service.user_labels'),
        );
        state.services.set(next.name, next);
        return shown(next);
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:service`,
      handle: (call, params) => {
        allow(call, params, 'services.delete');
        const { name } = findService(params);
        state.services.delete(name);
        for (const one of state.objectives.keys())
          if (one.startsWith(`${name}/`)) state.objectives.delete(one);
        return { status: 200, body: {} };
      },
    },
    {
      method: 'GET',
      pattern: below,
      handle: (call, params) => {
        allow(call, params, 'slos.list');
        findService(params);
        return listed(
          call,
          'serviceLevelObjectives',
          [...state.objectives.values()].filter(({ name }) => name.startsWith(`${nameOf(params)}/`)),
        );
      },
    },
    {
      method: 'POST',
      pattern: below,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 ServiceLevelObjective', body, 'service_level_objective');
        allow(call, params, 'slos.create');
        const { name: parent } = findService(params);
        checkLabels(body.userLabels, 'service_level_objective.user_labels');
        checkObjective(body);
        const id = call.query.get('serviceLevelObjectiveId') ?? newId(world);
        if (!/^[a-zA-Z0-9_:.-]{1,63}$/.test(id))
          throw invalidArgument(`Field service_level_objective_id had an invalid value of "${id}".`);
        const name = `${parent}/serviceLevelObjectives/${id}`;
        if (state.objectives.has(name))
          throw alreadyExists(`Service level objective ${name} already exists.`);
        const stored = { ...body, name } as Stored;
        state.objectives.set(name, stored);
        return shown(stored);
      },
    },
    {
      method: 'GET',
      pattern: `${below}/:objective`,
      handle: (call, params) => {
        allow(call, params, 'slos.get');
        return shown(findObjective(params));
      },
    },
    {
      method: 'PATCH',
      pattern: `${below}/:objective`,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 ServiceLevelObjective', body, 'service_level_objective');
        allow(call, params, 'slos.update');
        const next = patch(call, findObjective(params), body, (whole) => {
          checkLabels(whole.userLabels, 'service_level_objective.user_labels');
          checkObjective(whole);
        });
        state.objectives.set(next.name, next);
        return shown(next);
      },
    },
    {
      method: 'DELETE',
      pattern: `${below}/:objective`,
      handle: (call, params) => {
        allow(call, params, 'slos.delete');
        state.objectives.delete(findObjective(params).name);
        return { status: 200, body: {} };
      },
    },
  ];
}
