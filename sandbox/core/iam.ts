import { conditionHolds } from './cel.ts';
import { errorInfo, invalidArgument } from './errors.ts';
import { matchesMember } from './principals.ts';
import { checkMessage } from './proto.ts';
import type { World } from './state.ts';
import { ApiError, type Principal } from './types.ts';

/**
 * Decides on access: first by deny policies, then by the allow policies of the resource and its parents.
 * Resources are full resource names (cloud.google.com/asset-inventory/docs/asset-names), such as
 * `//run.googleapis.com/projects/P/locations/L/services/S`. P may be the project's id or its number.
 */

export const projectResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/projects/${world.project}`;
export const folderResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/folders/${world.folderId}`;
export const organizationResource = (world: World): string =>
  `//cloudresourcemanager.googleapis.com/organizations/${world.organizationId}`;

/** The project of a path as a resource. Only the sandbox's own project has policies, so any other is refused. */
export const projectOf = (params: Record<string, string>): string =>
  `//cloudresourcemanager.googleapis.com/projects/${params.project}`;

/** Replaces `projects/NUMBER` and `projects/-` by `projects/ID` of the sandbox's project. */
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

/** What a condition sees of the resource: its full name, or nothing. */
const seenBy = (world: World, resource: string): string =>
  resource.startsWith('//run.googleapis.com/') && !world.quirks.conditionsSeeRunServices ? '' : resource;

/** Writes a permission in the form of deny policies: `run.routes.invoke` becomes `run.googleapis.com/routes.invoke`. */
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
          (!rule.denialCondition ||
            conditionHolds(rule.denialCondition.expression, seenBy(world, resource), world.now())),
      ),
    ),
  );
}

/** True if the caller has the permission, either on the resource itself or through a parent. Notes that a call depended on it. */
export function can(world: World, principal: Principal, permission: string, resource: string): boolean {
  world.noteAccess({ member: principal.member, permission, resource: canonical(world, resource) });
  return holds(world, principal, permission, resource);
}

function holds(world: World, principal: Principal, permission: string, resource: string): boolean {
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
          (!condition || conditionHolds(condition.expression, seenBy(world, self), world.now())),
      ),
  );
}

/** Throws Google's 403 in IAM's words, which do not tell a missing resource from a missing grant. */
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

/**
 * The permissions that each kind of resource can be asked about. A project can be asked about everything in it, but not
 * about what only folders and organisations have (github.com/googleapis/google-cloud-java/issues/722).
 */
const testable: Readonly<Record<string, RegExp>> = {
  project: /^(?!resourcemanager\.(projects\.(list|create)|folders\.|organizations\.))/,
  folder: /^(?!resourcemanager\.organizations\.)/,
  organization: /^/,
  function: /^cloudfunctions\.functions\./,
  service: /^run\.(services|routes|revisions|configurations)\./,
  account: /^iam\.serviceAccount(s|Keys)\./,
};

/** A Run service may know only its own permissions; see docs/understand/unverified.md. */
const ownOfService = /^run\.services\./;

function checkTestable(world: World, permission: string, kind: string): void {
  if (permission.includes('*')) throw invalidArgument(`Permission ${permission} contains a wildcard.`);
  const narrow = kind === 'service' && !world.quirks.serviceTestsAllPermissions;
  const form = narrow ? ownOfService : testable[kind];
  if (!world.roles.knows(permission) || !form?.test(permission))
    throw invalidArgument(`Permission ${permission} is not valid for this resource.`);
}

/**
 * The answer to testIamPermissions: the requested permissions that the caller has. The call itself needs none, and a
 * resource that does not exist holds nothing (googleapis google/iam/v1/iam_policy.proto). A permission that does not
 * exist, or that this kind of resource does not have, is refused.
 */
export function testPermissions(
  world: World,
  principal: Principal,
  body: Record<string, unknown>,
  resource: string,
  kind: 'project' | 'folder' | 'organization' | 'function' | 'service' | 'account',
): { permissions?: string[] } {
  const { permissions } = checkMessage('functions', 'google.iam.v1.TestIamPermissionsRequest', body) as {
    permissions?: string[];
  };
  const asked = permissions ?? [];
  for (const permission of asked) checkTestable(world, permission, kind);
  const held = asked.filter((permission) => holds(world, principal, permission, resource));
  return held.length ? { permissions: held } : {};
}
