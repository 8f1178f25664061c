import { decided } from '../../domain/alerting/decided.ts';
import { isOwn, partOf, serviceId } from '../../domain/alerting/google/names.ts';
import { kinds } from '../../domain/alerting/google/resources.ts';
import type { Change, Live, Managed } from '../../domain/alerting/managed.ts';
import {
  type Json,
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOrEmpty,
} from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import type { SloStore } from '../../steps/slo/ports.ts';
import { createLogMetrics } from './log-metrics.ts';
import { everyPage } from './pages.ts';

export interface MonitoringScope {
  rest: Rest;
  project: string;
  slo: string;
}

type Found = Live & { at: JsonObject };

/** Dashboards have an API of their own. */
const versionOf = (kind: string) => (kind === kinds.dashboard ? 'v1' : 'v3');

/** What Google lets nobody change after it was made. */
const fixed = new Set(['custom']);

/** Keeps the SLO, its alert policies and its dashboard in Cloud Monitoring, and in Cloud Logging the metrics that it counts by. */
export function createMonitoringStore({ rest, project, slo }: MonitoringScope): SloStore {
  const parent = `projects/${project}`;
  const service = `${parent}/services/${serviceId(slo)}`;
  const logMetrics = createLogMetrics({ rest, project, slo });
  /** The resources as Google has them, by kind and name. */
  const raw = new Map<string, JsonObject>();
  const keyOf = ({ kind, name }: Pick<Managed, 'kind' | 'name'>) => `${kind} ${name}`;

  async function get(path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const { status, body } = await rest.call({
      api: 'monitoring',
      method: 'GET',
      path,
      accept: [404],
      signal,
    });
    return status === 404 ? undefined : body;
  }
  const pages = (path: string, field: string, signal: AbortSignal, fields?: string) =>
    everyPage(rest, { path, field, fields }, signal);

  const foundAs = (kind: string, name: string, at: JsonObject, labels = textMapOf(at.userLabels)): Found => ({
    ...{ kind, name, at, body: at, ours: isOwn(labels, slo) },
  });

  /** Finds everything of this SLO. What people gave the same name is found too, so that nothing is made beside it. */
  async function found(wanted: readonly Managed[], signal: AbortSignal): Promise<Found[]> {
    const [metrics, own, policies, dashboards] = await Promise.all([
      logMetrics.found(wanted, signal),
      get(`v3/${service}`, signal),
      pages(`v3/${parent}/alertPolicies`, 'alertPolicies', signal),
      pages(`v1/${parent}/dashboards`, 'dashboards', signal, 'dashboards(name,labels),nextPageToken'),
    ]);
    const objectives = own
      ? await pages(`v3/${service}/serviceLevelObjectives`, 'serviceLevelObjectives', signal)
      : [];
    const boards = await Promise.all(
      dashboards
        .filter((one) => isOwn(textMapOf(one.labels), slo))
        .map(async ({ name }) => get(`v1/${textOrEmpty(name)}`, signal)),
    );
    return [
      ...boards.flatMap((one) => (one ? [foundAs(kinds.dashboard, slo, one, textMapOf(one.labels))] : [])),
      ...policiesOf(policies, wanted),
      ...objectives.map((one) => foundAs(kinds.objective, shortName(textOrEmpty(one.name)), one)),
      ...(own ? [foundAs(kinds.service, serviceId(slo), own)] : []),
      ...metrics.map(({ name, at, ours }) => ({ kind: kinds.metric, name, at, body: at, ours })),
    ];
  }

  /** Ours by their label. One of the same title without it is somebody else's, unless ours is there too. */
  function policiesOf(all: readonly JsonObject[], wanted: readonly Managed[]): Found[] {
    const own = all.flatMap((one) => {
      const labels = textMapOf(one.userLabels);
      const name = isOwn(labels, slo) ? partOf(labels) : undefined;
      return name === undefined ? [] : [foundAs(kinds.policy, name, one)];
    });
    const missing = wanted.filter(
      ({ kind, name }) => kind === kinds.policy && !own.some((one) => one.name === name),
    );
    const others = missing.flatMap(({ name, body }) => {
      const other = all.find(({ displayName }) => displayName === body.displayName);
      return other ? [foundAs(kinds.policy, name, other)] : [];
    });
    return [...own, ...others];
  }

  async function create({ kind, name, body }: Managed, signal: AbortSignal): Promise<void> {
    const [path, query]: [string, Record<string, string>] =
      kind === kinds.service
        ? [`v3/${parent}/services`, { serviceId: name }]
        : kind === kinds.objective
          ? [`v3/${service}/serviceLevelObjectives`, { serviceLevelObjectiveId: name }]
          : [`${versionOf(kind)}/${parent}/${kind === kinds.policy ? 'alertPolicies' : 'dashboards'}`, {}];
    await rest.call({ api: 'monitoring', method: 'POST', path, query, body, signal });
  }

  async function update(change: Change, { kind, body }: Managed, signal: AbortSignal): Promise<void> {
    const there = raw.get(keyOf(change)) ?? {};
    const path = `${versionOf(kind)}/${textOrEmpty(there.name)}`;
    // A dashboard is replaced whole. What people added beside our fields stays, and the etag refuses a change in between.
    if (kind === kinds.dashboard) {
      const labels = { ...textMapOf(there.labels), ...textMapOf(body.labels) };
      await rest.call({
        ...{ api: 'monitoring', method: 'PATCH', path, signal },
        body: { ...there, ...body, labels },
      });
      return;
    }
    const mask = [...new Set(change.fields.map(({ field }) => field.split(/[.[]/)[0] ?? ''))];
    const wrong = mask.find((field) => fixed.has(field));
    if (wrong !== undefined)
      throw new ReleaseError('slo-invalid', {
        what: `The ${kind} ${change.name} cannot be changed: Google keeps its ${wrong} as it was made.`,
        fix: 'Delete it in the console, and run this step again.',
      });
    const sent: JsonObject = Object.fromEntries(mask.map((field) => [field, body[field]]));
    if (sent.userLabels !== undefined)
      sent.userLabels = { ...textMapOf(there.userLabels), ...textMapOf(body.userLabels) };
    if (sent.conditions !== undefined) sent.conditions = named(sent.conditions, there.conditions);
    await rest.call({
      api: 'monitoring',
      method: 'PATCH',
      path,
      query: { updateMask: mask.join(',') },
      body: sent,
      retry: 'repeatable-write',
      signal,
    });
  }

  return {
    async read(wanted, signal) {
      raw.clear();
      return (await found(wanted, signal)).map(({ at, ...live }) => {
        // A second one of the same name is left from a run whose answer was lost.
        const name = raw.has(keyOf(live)) ? `${live.name} (${shortName(textOrEmpty(at.name))})` : live.name;
        raw.set(keyOf({ ...live, name }), at);
        const own = wanted.find((one) => one.kind === live.kind && one.name === name);
        return { ...live, name, body: own ? objectOf(decided(own.body, at)) : {} };
      });
    },
    async write(change, wanted, signal) {
      if (change.kind === kinds.metric)
        return logMetrics.write(change, wanted?.body, raw.get(keyOf(change)) ?? {}, signal);
      if (change.does === 'delete') {
        const { name } = raw.get(keyOf(change)) ?? {};
        const path = `${versionOf(change.kind)}/${textOrEmpty(name)}`;
        await rest.call({
          api: 'monitoring',
          method: 'DELETE',
          path,
          accept: [404],
          retry: 'repeatable-write',
          signal,
        });
      } else if (wanted && change.does === 'create') await create(wanted, signal);
      else if (wanted) await update(change, wanted, signal);
    },
  };
}

/** Google deletes a condition whose name is missing and makes a new one, which forgets its incidents. So each keeps its name. */
function named(conditions: Json, there: Json | undefined): Json {
  const known = listOf(there).map(objectOf);
  return listOf(conditions).map((one) => {
    const condition = objectOf(one);
    const same = known.find(({ displayName }) => displayName === condition.displayName);
    return same ? { ...condition, name: same.name } : condition;
  });
}
