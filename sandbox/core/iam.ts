import { conditionHolds } from './cel.ts';
import { errorInfo } from './errors.ts';
import { matchesMember } from './principals.ts';
import type { World } from './state.ts';
import { ApiError, type Principal } from './types.ts';

/**
 * Access decisions: deny policies first, then the allow policies of the resource and of everything above it.
 * Resources are full resource names (cloud.google.com/asset-inventory/docs/asset-names), such as
 * `//run.googleapis.com/projects/P/locations/L/services/S`; P may be the id or the number.
 */

export const projectResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/projects/${world.project}`;
export const folderResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/folders/${world.folderId}`;
export const organizationResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/organizations/${world.organizationId}`;

/** The project of a path as a resource. Nothing but the sandbox's own project has policies, so any other one is refused. */
export const projectOf = (params: Record<string, string>): string =>
  `//cloudresourcemanager.googleapis.com/projects/${params.project}`;

/** `projects/NUMBER/...` becomes `projects/ID/...`, and `projects/-` the project of the sandbox. */
export function canonical(world: World, resource: string): string {
  return resource.replace(/\/projects\/([^/]+)/, (whole, project: string) =>
    project === world.projectNumber || project === '-' ? `/projects/${world.project}` : whole,
  );
}

/** The resource, its project, folder and organisation, nearest first. */
export function chainOf(world: World, resource: string): string[] {
  const self = canonical(world, resource);
  const levels = [projectResource(world), folderResource(world), organizationResource(world)];
  const at = levels.indexOf(self);
  if (at >= 0) return levels.slice(at);
  return self.includes(`/projects/${world.project}/`) ? [self, ...levels] : [self];
}

/** Permission `run.routes.invoke` as deny policies write it: `run.googleapis.com/routes.invoke`. */
const denyForm = (permission: string) => permission.replace(/^([^.]+)\./, '$1.googleapis.com/');

function denied(world: World, principal: Principal, permission: string, chain: readonly string[]): boolean {
  const wanted = denyForm(permission);
  const inSet = (set: readonly string[] | undefined) =>
    (set ?? []).some((entry) => {
      const account = /^principal:\/\/iam\.googleapis\.com\/projects\/-\/serviceAccounts\/(.+)$/.exec(
        entry,
      )?.[1];
      return (
        entry === 'principalSet://goog/public:all' ||
        matchesMember(principal, account ? `serviceAccount:${account}` : entry)
      );
    });
  return chain.some((resource) =>
    (world.denyPolicies.get(resource) ?? []).some(({ rules }) =>
      rules.some(
        ({ denyRule: rule }) =>
          rule.deniedPermissions.includes(wanted) &&
          !rule.exceptionPermissions?.includes(wanted) &&
          inSet(rule.deniedPrincipals) &&
          !inSet(rule.exceptionPrincipals) &&
          (!rule.denialCondition || conditionHolds(rule.denialCondition.expression, resource, world.now())),
      ),
    ),
  );
}

/** True where the caller has the permission on the resource itself or through a parent. */
export function can(world: World, principal: Principal, permission: string, resource: string): boolean {
  const chain = chainOf(world, resource);
  if (denied(world, principal, permission, chain)) return false;
  const self = chain[0] as string;
  return chain.some((level) =>
    world.policies
      .effective(level)
      .bindings.some(
        ({ role, members, condition }) =>
          members.some((member) => matchesMember(principal, member)) &&
          world.roles.permissionsOf(role).has(permission) &&
          (!condition || conditionHolds(condition.expression, self, world.now())),
      ),
  );
}

/** Google's 403, worded as IAM words it: it does not tell a missing resource from a missing grant. */
export function permissionDenied(permission: string, resource?: string): ApiError {
  const where = resource ? ` '${resource}'` : '';
  const metadata: Record<string, string> = resource ? { resource, permission } : { permission };
  return new ApiError(
    403,
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource${where} (or it may not exist).`,
    [errorInfo('IAM_PERMISSION_DENIED', 'iam.googleapis.com', metadata)],
  );
}

export function requirePermission(
  world: World,
  principal: Principal | undefined,
  permission: string,
  resource: string,
): void {
  if (!principal || !can(world, principal, permission, resource))
    throw permissionDenied(permission, canonical(world, resource).replace(/^\/\/[^/]+\//, ''));
}

/** Those of the asked permissions that the caller has: the body of testIamPermissions. */
export function testPermissions(
  world: World,
  principal: Principal,
  asked: unknown,
  resource: string,
): { permissions?: string[] } {
  const held = (Array.isArray(asked) ? asked : []).filter((permission) =>
    can(world, principal, String(permission), resource),
  );
  return held.length ? { permissions: held.map(String) } : {};
}
