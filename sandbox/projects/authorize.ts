import { canonical, permissionDenied, projectResource, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';

/** Refuses another project as Google does, which does not say whether the project exists. */
export function authorize(world: World, call: Call, project: string | undefined, permission: string): void {
  if (canonical(world, `/projects/${project}`) !== `/projects/${world.project}`)
    throw permissionDenied(permission, `projects/${project}`);
  requirePermission(world, call.principal, permission, projectResource(world));
}
