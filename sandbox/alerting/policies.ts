import { invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { checkMetricFilter, sloSelector } from './filters.ts';
import { checkBody, checkLabels, maskedFields } from './shape.ts';
import { alerting, newId, type Stored } from './state.ts';

type Body = Record<string, unknown>;
const part = (value: unknown): Body => (value ?? {}) as Body;
const base = '/v3/projects/:project/alertPolicies';

const secondsOf = (value: unknown) => Number.parseFloat(String(value ?? '0s'));

function checkPolicy({
  displayName,
  conditions,
  combiner,
  userLabels,
  documentation,
  notificationChannels,
}: Body): void {
  const bad = (field: string, why: string) => invalidArgument(`Field alert_policy.${field} ${why}`);
  if (typeof displayName !== 'string' || displayName === '') throw bad('display_name', 'is required.');
  if (displayName.length > 512) throw bad('display_name', 'has more than 512 characters.');
  const list = (conditions ?? []) as Body[];
  if (list.length < 1 || list.length > 6)
    throw bad('conditions', `must have 1 to 6 entries, found ${list.length}.`);
  if (combiner === undefined || combiner === 'COMBINE_UNSPECIFIED') throw bad('combiner', 'is required.');
  checkLabels(userLabels, 'alert_policy.user_labels');
  if (String(part(documentation).content ?? '').length > 8192)
    throw bad('documentation.content', 'has more than 8192 characters.');
  for (const channel of (notificationChannels ?? []) as string[])
    if (!/^projects\/[^/]+\/notificationChannels\/[^/]+$/.test(channel))
      throw bad('notification_channels', `had an invalid value of "${channel}".`);
  for (const [index, condition] of list.entries()) {
    const at = `conditions[${index}]`;
    const kinds = Object.keys(condition).filter((name) => name.startsWith('condition'));
    if (kinds.length !== 1) throw bad(at, 'must have exactly one condition type.');
    if (condition.conditionThreshold === undefined) continue;
    const { filter, comparison, duration, thresholdValue } = part(condition.conditionThreshold);
    const field = `alert_policy.${at}.condition_threshold.filter`;
    if (typeof filter !== 'string' || !sloSelector(filter, field)) checkMetricFilter(filter, field);
    if (comparison !== 'COMPARISON_GT' && comparison !== 'COMPARISON_LT')
      throw bad(`${at}.condition_threshold.comparison`, 'supports only COMPARISON_LT and COMPARISON_GT.');
    if (duration === undefined) throw bad(`${at}.condition_threshold.duration`, 'is required.');
    if (secondsOf(duration) % 60 !== 0)
      throw bad(`${at}.condition_threshold.duration`, 'must be a multiple of a minute.');
    if (thresholdValue !== undefined && !Number.isFinite(thresholdValue))
      throw bad(`${at}.condition_threshold.threshold_value`, 'is not a number.');
  }
}

/** monitoring.v3 projects.alertPolicies (cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies). */
export function policyRoutes(world: World): Route[] {
  const { policies } = alerting(world);
  const allow = (call: Call, params: Record<string, string>, permission: string) =>
    requirePermission(world, call.principal, `monitoring.alertPolicies.${permission}`, projectOf(params));
  const find = ({ policy }: Record<string, string>): Stored => {
    const name = `projects/${world.project}/alertPolicies/${policy}`;
    const found = policies.get(name);
    if (!found) throw notFound(`Alert policy ${name} does not exist.`);
    return found;
  };
  /** A condition keeps its name if the request has it. Any other one is new. */
  const named = (name: string, conditions: unknown, known: readonly Body[]) =>
    ((conditions ?? []) as Body[]).map((condition) => ({
      ...condition,
      name: known.some((one) => one.name === condition.name)
        ? condition.name
        : `${name}/conditions/${newId(world)}`,
    }));
  const record = (call: Call) => ({
    mutateTime: new Date(world.now()).toISOString(),
    mutatedBy: call.principal?.member.replace(/^[^:]*:/, '') ?? '',
  });
  /** What is on by default. */
  const whole = (stored: Stored): Stored => ({ ...stored, enabled: stored.enabled ?? true });
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        allow(call, params, 'list');
        const { items, nextPageToken } = page([...policies.values()], call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length > 0 ? { alertPolicies: items } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
            totalSize: policies.size,
          },
        };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 AlertPolicy', body, 'alert_policy');
        allow(call, params, 'create');
        checkPolicy(body);
        const name = `projects/${world.project}/alertPolicies/${newId(world)}`;
        const stored = whole({
          ...body,
          name,
          conditions: named(name, body.conditions, []),
          ...{ creationRecord: record(call), mutationRecord: record(call) },
        });
        policies.set(name, stored);
        return { status: 200, body: stored };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:policy`,
      handle: (call, params) => {
        allow(call, params, 'get');
        return { status: 200, body: find(params) };
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:policy`,
      handle: (call, params) => {
        const body = call.json();
        checkBody('v3 AlertPolicy', body, 'alert_policy');
        allow(call, params, 'update');
        const stored = find(params);
        const next: Stored = { ...stored };
        for (const field of maskedFields(call.query.get('updateMask'), body))
          if (!['name', 'creationRecord', 'mutationRecord'].includes(field)) next[field] = body[field];
        checkPolicy(next);
        next.conditions = named(stored.name, next.conditions, stored.conditions as Body[]);
        next.mutationRecord = record(call);
        for (const [field, value] of Object.entries(next)) if (value === undefined) delete next[field];
        policies.set(stored.name, whole(next));
        return { status: 200, body: whole(next) };
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:policy`,
      handle: (call, params) => {
        allow(call, params, 'delete');
        policies.delete(find(params).name);
        return { status: 200, body: {} };
      },
    },
  ];
}
