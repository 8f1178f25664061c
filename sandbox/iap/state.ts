import type { World } from '../core/state.ts';

export type Json = Record<string, unknown>;

/** The settings that somebody wrote, by resource, such as `projects/P/iap_web/compute/services/S`. */
export const iapSettings = (world: World): Map<string, Json> =>
  world.extension('iap settings', () => new Map<string, Json>());

/** The resource with the project's id, whatever form it was sent in. */
export const ownName = (world: World, name: string): string =>
  name.replace(/^projects\/[^/]+/, (project) =>
    project === `projects/${world.projectNumber}` ? `projects/${world.project}` : project,
  );

export const policyResource = (world: World, name: string): string =>
  `//iap.googleapis.com/${ownName(world, name)}`;

/** A resource and those above it, nearest first: the service, its kind, and all that the project serves. */
export function levelsOf(name: string): string[] {
  const [project, id, web, kind] = name.split('/');
  const levels = [name, `${project}/${id}/${web}/${kind}`, `${project}/${id}/${web}`];
  return levels.filter((level, index) => levels.indexOf(level) === index && !level.includes('undefined'));
}

/** The OAuth settings that apply to a resource: those of the nearest level that has any. */
export function oauthOf(world: World, name: string): { clientId?: string; programmaticClients?: string[] } {
  for (const level of levelsOf(ownName(world, name))) {
    const access = iapSettings(world).get(level)?.accessSettings as Json | undefined;
    if (access?.oauthSettings) return access.oauthSettings as Json;
  }
  return {};
}

/** May a preflight request of a browser pass without a credential? */
export function letsOptionsThrough(world: World, name: string): boolean {
  return levelsOf(ownName(world, name)).some((level) => {
    const access = iapSettings(world).get(level)?.accessSettings as Json | undefined;
    return (access?.corsSettings as Json | undefined)?.allowHttpOptions === true;
  });
}
