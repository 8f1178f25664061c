import { failedPrecondition, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { checkBody, maskedFields } from './shape.ts';
import { alerting, newId, type Stored } from './state.ts';

type Body = Record<string, unknown>;
const part = (value: unknown): Body => (value ?? {}) as Body;
const base = '/v3/projects/:project/snoozes';
/** Google allows a start so long ago, because a request takes time. */
const skewMs = 15_000;

/** monitoring.v3 projects.snoozes (cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.snoozes). Nothing deletes one. */
export function snoozeRoutes(world: World): Route[] {
  const { snoozes, policies } = alerting(world);
  const allow = (call: Call, params: Record<string, string>, permission: string) =>
    requirePermission(world, call.principal, `monitoring.snoozes.${permission}`, projectOf(params));
  const find = ({ snooze }: Record<string, string>): Stored => {
    const name = `projects/${world.project}/snoozes/${snooze}`;
    const found = snoozes.get(name);
    if (!found) throw notFound(`Snooze ${name} does not exist.`);
    return found;
  };
  const times = (interval: unknown) => {
    const { startTime, endTime } = part(interval);
    const end = Date.parse(String(endTime));
    return { start: startTime === undefined ? end : Date.parse(String(startTime)), end };
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'list');
        const { items, nextPageToken } = page([...snoozes.values()], call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length > 0 ? { snoozes: items } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 Snooze', body, 'snooze');
        allow(call, params, 'create');
        const { policies: named = [], filter } = part(body.criteria) as {
          policies?: string[];
          filter?: string;
        };
        if (typeof body.displayName !== 'string' || body.displayName === '')
          throw invalidArgument('Field snooze.display_name is required.');
        if (named.length < 1 || named.length > 16)
          throw invalidArgument(
            `Field snooze.criteria.policies must have 1 to 16 entries, found ${named.length}.`,
          );
        if (filter !== undefined && named.length !== 1)
          throw invalidArgument(
            'Field snooze.criteria.policies must have exactly one entry if a filter is set.',
          );
        for (const policy of named)
          if (!policies.has(policy))
            throw invalidArgument(`Field snooze.criteria.policies: ${policy} does not exist.`);
        const { start, end } = times(body.interval);
        if (!(start >= world.now() - skewMs))
          throw invalidArgument('Field snooze.interval.start_time cannot be in the past.');
        if (!(end > start)) throw invalidArgument('Field snooze.interval.end_time must be after its start.');
        const name = `projects/${world.project}/snoozes/${newId(world)}`;
        const stored = { ...body, name } as Stored;
        snoozes.set(name, stored);
        return { status: 200, body: stored };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:snooze`,
      handle: (call, params) => {
        allow(call, params, 'get');
        return { status: 200, body: find(params) };
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:snooze`,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 Snooze', body, 'snooze');
        allow(call, params, 'update');
        const stored = find(params);
        const { start, end } = times(stored.interval);
        if (end <= world.now()) throw failedPrecondition('A snooze that has ended cannot be changed.');
        const interval = { ...part(stored.interval) };
        const next: Stored = { ...stored, interval };
        for (const field of maskedFields(call.query.get('updateMask'), body)) {
          if (field === 'displayName') next.displayName = body.displayName;
          else if (field === 'interval.endTime') interval.endTime = part(body.interval).endTime;
          else if (field === 'interval.startTime' && start > world.now())
            interval.startTime = part(body.interval).startTime;
          else throw invalidArgument(`Field update_mask had an invalid value of "${field}".`);
        }
        if (!(times(interval).end > times(interval).start))
          throw invalidArgument('Field snooze.interval.end_time must be after its start.');
        snoozes.set(stored.name, next);
        return { status: 200, body: next };
      },
    },
  ];
}
