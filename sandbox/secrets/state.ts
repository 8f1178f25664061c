import { can } from '../core/iam.ts';
import { serviceAccount } from '../core/principals.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';

export type VersionState = 'ENABLED' | 'DISABLED' | 'DESTROYED';

/** Secrets by id, each with its versions by number. */
export type Secrets = Map<string, Map<string, VersionState>>;

export const secretsOf = (world: World): Secrets => world.extension('secrets', () => new Map());

/** What a secret has besides its versions (google.cloud.secretmanager.v1.Secret), and when each version was made, by the id of the secret. */
export interface SecretDetails {
  secret: Record<string, unknown>;
  created: Record<string, string>;
}
export const detailsOf = (world: World): Map<string, SecretDetails> =>
  world.extension('secret details', () => new Map());

/** `PATCH /settings {secrets: {NAME: {"1": "ENABLED"}}}` replaces all secrets. */
export function secretSettings(world: World): void {
  const secrets = secretsOf(world);
  addSetting(world, 'secrets', (value) => {
    secrets.clear();
    for (const [name, versions] of Object.entries(
      (value ?? {}) as Record<string, Record<string, VersionState>>,
    ))
      secrets.set(name, new Map(Object.entries(versions)));
  });
  addSetting(world, 'secretDetails', (value) => {
    const details = detailsOf(world);
    details.clear();
    for (const [name, one] of Object.entries((value ?? {}) as Record<string, Partial<SecretDetails>>))
      details.set(name, { secret: one.secret ?? {}, created: one.created ?? {} });
  });
  world.views.set('secrets', () =>
    Object.fromEntries([...secrets].map(([name, versions]) => [name, Object.fromEntries(versions)])),
  );
}

export const secretResource = (world: World, name: string): string =>
  `//secretmanager.googleapis.com/projects/${world.project}/secrets/${name}`;

/** Number of the version that a name such as `latest` or `3` stands for. */
export function versionOf(versions: ReadonlyMap<string, VersionState>, asked: string): string | undefined {
  if (asked !== 'latest') return versions.has(asked) ? asked : undefined;
  return [...versions.keys()].sort((a, b) => Number(b) - Number(a))[0];
}

/**
 * Why a revision that runs as this account cannot mount a version, in Cloud Run's words. Undefined if it can. A sandbox
 * without any secret does not check them.
 */
export function mountProblem(
  world: World,
  secret: string,
  asked: string,
  account: string,
): string | undefined {
  const secrets = secretsOf(world);
  if (secrets.size === 0) return undefined;
  const full = `projects/${world.projectNumber}/secrets/${secret}/versions/${asked}`;
  const member = serviceAccount(account);
  if (!can(world, member, 'secretmanager.versions.access', secretResource(world, secret)))
    return (
      `Permission denied on secret: ${full} for Revision service account ${account}. The service account used must be granted the ` +
      "'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level."
    );
  const versions = secrets.get(secret) ?? new Map<string, VersionState>();
  const version = versionOf(versions, asked);
  if (version === undefined) return `Secret ${full} was not found`;
  const state = versions.get(version);
  return state === 'ENABLED'
    ? undefined
    : `Secret Version [projects/${world.projectNumber}/secrets/${secret}/versions/${version}] is in ${state} state.`;
}
