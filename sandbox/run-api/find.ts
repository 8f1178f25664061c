import { notFound } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';
import { runState, type Service } from '../run/model.ts';

/** Finds the service of a path. The permission is checked first, so a caller without it cannot find out what exists. */
export function findService(
  world: World,
  call: Call,
  params: Record<string, string>,
  permission: string,
): Service {
  const project = params.project === world.projectNumber ? world.project : params.project;
  const name = `projects/${project}/locations/${params.location}/services/${params.service}`;
  requirePermission(world, call.principal, permission, `//run.googleapis.com/${name}`);
  const service = runState(world).services.get(name);
  if (!service)
    throw notFound(
      `Resource '${params.service}' of kind 'SERVICE' in region '${params.location}' in project '${project}' does not exist.`,
    );
  return service;
}
