import { objectOf, textOf } from '../../domain/data/json.ts';
import { functionPath, likelyService, servicePath } from '../../domain/data/resource-name.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { type Held, neededPermissions, type Tested } from '../../domain/preflight/permission-rows.ts';
import { isApart, type Place } from '../../domain/preflight/permissions.ts';
import type { PreflightTarget } from '../../domain/preflight/row.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import type { Deployed } from '../ports/target.ts';

/** The resources of one function on which permissions are held, by their full names. */

/** A bucket as IAM names it: its project is not part of the name. */
const bucketPath = (bucket: string): string => `projects/_/buckets/${bucket}`;

export const accountPath = (email: string): string => `projects/-/serviceAccounts/${email}`;

/** The account that a new function runs as if the user names none. */
export const defaultAccount = (projectNumber: string): string =>
  `${projectNumber}-compute@developer.gserviceaccount.com`;

const liveAccount = (live: Deployed | undefined): string | undefined =>
  textOf(objectOf(live?.config.serviceConfig).serviceAccountEmail);

export type Places = Map<Place, Tested>;

/**
 * @param live the function; undefined if it does not exist or could not be read
 * @param fallback the account that runs a new function if the user names none
 */
export function placesOf(
  target: Omit<PreflightTarget, 'member'>,
  use: PreflightUse,
  live: Deployed | undefined,
  fallback: string | undefined,
): Places {
  const serving = liveAccount(live);
  const runtime = use.runtimeAccount ?? serving ?? fallback;
  const service = live?.service ?? servicePath({ ...target, name: likelyService(target.name) });
  const found: [Place, string | undefined][] = [
    ['project', `projects/${target.project}`],
    ['function', use.kind === undefined || use.kind === 'function' ? functionPath(target) : undefined],
    ['service', service],
    ['runtime account', runtime && accountPath(runtime)],
    ['build account', use.buildAccount && accountPath(use.buildAccount)],
    // Deploying needs the new account anyway, so only another one is a question of its own.
    [
      'serving account',
      serving && (serving !== runtime || !use.stages.has('Build')) ? accountPath(serving) : undefined,
    ],
    // The same for the account of the gateway.
    [
      'gateway account',
      use.gatewayAccount && use.gatewayAccount !== runtime ? accountPath(use.gatewayAccount) : undefined,
    ],
    [
      'model project',
      use.model?.at === 'vertex' && use.model.project ? `projects/${use.model.project}` : undefined,
    ],
    ['model bucket', use.model?.at === 'storage' ? bucketPath(use.model.bucket) : undefined],
  ];
  return new Map(
    found.flatMap(([place, resource]) => (resource === undefined ? [] : [[place, { resource }] as const])),
  );
}

export const heldOf = (reading: Reading<string[]>): Held =>
  reading.ok
    ? { ok: true, permissions: new Set(reading.value) }
    : { ok: false, detail: reading.detail, absent: reading.cause === 'absent' };

/** What the project did not grant, by the place that may grant it itself. Empty for a place that does not exist yet. */
export function openQuestions(
  use: PreflightUse,
  isNew: boolean | undefined,
  places: Places,
  skip: ReadonlySet<Place>,
): Map<Place, string[]> {
  const project = places.get('project')?.held;
  const open = new Map<Place, string[]>();
  for (const { permission, on } of neededPermissions(use, isNew)) {
    if (on === 'project' || skip.has(on) || !places.has(on)) continue;
    if (!isApart(on) && project?.ok && project.permissions.has(permission)) continue;
    open.set(on, [...(open.get(on) ?? []), permission]);
  }
  return open;
}
