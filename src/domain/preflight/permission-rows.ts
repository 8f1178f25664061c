import { shortName } from '../data/resource-name.ts';
import {
  apiChecks,
  isApart,
  isNeededBy,
  type NamedThing,
  type PermissionCheck,
  type Place,
  permissionChecks,
  type Weight,
} from './permissions.ts';
import type { CheckRow, CheckState } from './row.ts';
import type { PreflightUse } from './use.ts';

/** The answer of one testIamPermissions: the permissions that are held, or why that could not be read. */
export type Held =
  | { ok: true; permissions: ReadonlySet<string> }
  | { ok: false; detail: string; absent?: boolean };

/** A resource on which permissions are held. */
export interface Tested {
  /** Full name. */
  resource: string;
  /** Undefined if it was not asked, because the project's answer was enough or because the resource does not exist yet. */
  held?: Held | undefined;
}

export type TestedPlaces = ReadonlyMap<Place, Tested>;

/** What each source of counts reads, and what it reads it with. */
const countPermissions: Record<'logs' | 'metrics', readonly string[]> = {
  logs: ['logging.logEntries.list'],
  metrics: ['monitoring.timeSeries.list', 'monitoring.metricDescriptors.get'],
};
const countApis = { logs: 'logging.googleapis.com', metrics: 'monitoring.googleapis.com' } as const;

const readsCounts = (source: 'logs' | 'metrics', { counts }: PreflightUse) =>
  counts === source || counts === 'auto';

/** The permissions that this use needs. `isNew` is undefined if the function could not be read. */
export function neededPermissions(use: PreflightUse, isNew: boolean | undefined): PermissionCheck[] {
  const checks: readonly PermissionCheck[] = permissionChecks;
  const { kind = 'function' } = use;
  const needed = checks.filter((check) => {
    const { permission, stage, when, of } = check;
    if (!use.stages.has(stage) || !isNeededBy(of, kind)) return false;
    if (stage === 'Model') return isOfModel(check, use.model);
    if (countPermissions.logs.includes(permission)) return readsCounts('logs', use);
    if (countPermissions.metrics.includes(permission)) return readsCounts('metrics', use);
    return when === undefined || isNew === undefined || (when === 'new') === isNew;
  });
  const placed = needed.map((check) => ({ ...check, on: placeOf(check, use.model) }));
  // Cloud Run's own role is enough for what no function is part of.
  return kind === 'function' ? placed : placed.map((check) => ({ ...check, role: runRole(check.role) }));
}

/** An alias is read and moved only if one follows. Of a bucket either an object is read, or a folder is listed. */
function isOfModel({ permission, on }: PermissionCheck, model: PreflightUse['model']): boolean {
  if (model?.at === 'storage')
    return on === 'model bucket' && permission === `storage.objects.${model.folder ? 'list' : 'get'}`;
  return model !== undefined && on !== 'model bucket' && (model.follows || /\.get$/.test(permission));
}

const placeOf = ({ on, stage }: PermissionCheck, model: PreflightUse['model']): Place =>
  stage === 'Model' && model?.at === 'vertex' && model.project !== undefined ? 'model project' : on;

const runRole = (role: string): string =>
  role === 'roles/cloudfunctions.developer' ? 'roles/run.developer' : role;

/** The APIs that this use needs, each once: the first stage that needs one names it. */
function neededApiChecks(use: PreflightUse): typeof apiChecks {
  const needed = apiChecks.filter(({ service, stage, of, names }) => {
    if (!use.stages.has(stage) || !isNeededBy(of, use.kind ?? 'function')) return false;
    if (names !== undefined) return isNamed(names, use);
    if (service === countApis.logs) return readsCounts('logs', use);
    return service !== countApis.metrics || readsCounts('metrics', use);
  });
  return needed.filter((one, index) => needed.findIndex(({ service }) => service === one.service) === index);
}

export const neededApis = (use: PreflightUse): string[] => neededApiChecks(use).map(({ service }) => service);

/** In another project an API may be on although it is off in this one. A bucket does not tell its project. */
const isNamed = (thing: NamedThing, { secrets = false, model }: PreflightUse): boolean =>
  ({
    secret: secrets,
    'vertex model': model?.at === 'vertex' && model.project === undefined,
    'storage model': model?.at === 'storage',
  })[thing];

function stateOf({ permission, on }: PermissionCheck, places: TestedPlaces): CheckState {
  if (isApart(on)) {
    const held = places.get(on)?.held;
    return held?.ok ? (held.permissions.has(permission) ? 'ok' : 'missing') : 'unknown';
  }
  const project = places.get('project')?.held;
  if (project?.ok && project.permissions.has(permission)) return 'ok';
  const own = on === 'project' ? project : places.get(on)?.held;
  if (own?.ok && own.permissions.has(permission)) return 'ok';
  // A resource that does not exist yet can hold nothing itself, so the project decides.
  const readable = own === undefined ? project?.ok : own.ok && (on === 'project' || project?.ok);
  return readable ? 'missing' : 'unknown';
}

const detailOf = (on: Place, places: TestedPlaces): string | undefined => {
  const asked = [places.get(on)?.held, ...(isApart(on) ? [] : [places.get('project')?.held])];
  const failed = asked.find((held) => held?.ok === false);
  return failed?.ok === false ? failed.detail : undefined;
};

/** One row for each permission. A place that the use does not have, such as a build account, has none. */
export function permissionRows(
  use: PreflightUse,
  isNew: boolean | undefined,
  places: TestedPlaces,
): CheckRow[] {
  return neededPermissions(use, isNew).flatMap((check): CheckRow[] => {
    const { permission, on, stage, role, weight } = check;
    const resource = places.get(on)?.resource;
    if (resource === undefined) return [];
    const held = places.get(on)?.held;
    if (on.endsWith('account') && held?.ok === false && held.absent) {
      const need = { kind: 'account' as const, place: on, account: shortName(resource) };
      return [{ need, stage, weight, state: 'missing', detail: held.detail }];
    }
    const state = stateOf(check, places);
    const need = { kind: 'permission' as const, permission, place: on, resource, role };
    return [{ need, stage, weight, state, ...(state === 'unknown' ? { detail: detailOf(on, places) } : {}) }];
  });
}

/** One row for each API that is switched off. `off` is undefined if the list could not be read. */
export function apiRows(use: PreflightUse, off: ReadonlySet<string> | undefined): CheckRow[] {
  return neededApiChecks(use).map(({ service, stage }) => ({
    need: { kind: 'api' as const, service },
    stage,
    weight: 'stop' as const,
    state: off === undefined ? ('unknown' as const) : off.has(service) ? 'missing' : 'ok',
  }));
}

const countsRow =
  (source: 'logs' | 'metrics') =>
  ({ need }: CheckRow): boolean =>
    (need.kind === 'permission' && countPermissions[source].includes(need.permission)) ||
    (need.kind === 'api' && need.service === countApis[source]);

/**
 * Corrects the weight of what the counts need: one of two sources is enough for `auto`, and nothing stops a watch whose
 * policy promotes without counts.
 */
export function weighCounts(rows: readonly CheckRow[], use: PreflightUse): CheckRow[] {
  const isMissing = (source: 'logs' | 'metrics') =>
    rows.some((row) => countsRow(source)(row) && row.state === 'missing');
  const spare: Record<'logs' | 'metrics', Weight> =
    use.counts === 'auto'
      ? {
          logs: isMissing('metrics') ? 'stop' : 'warn',
          // The logs are the better source, so nothing is lost while they can be read.
          metrics: isMissing('logs') ? 'stop' : 'note',
        }
      : { logs: 'stop', metrics: 'stop' };
  return rows.map((row) => {
    const source = (['logs', 'metrics'] as const).find((name) => countsRow(name)(row));
    if (source === undefined) return row;
    const weight = use.blindPromotes && spare[source] === 'stop' ? 'warn' : spare[source];
    return { ...row, weight };
  });
}
