import { notFound } from '../core/errors.ts';
import { organizationResource, projectResource, requirePermission } from '../core/iam.ts';
import type { Role } from '../core/roles.ts';
import type { World } from '../core/state.ts';
import type { Reply, Route } from '../core/types.ts';

/**
 * Roles of IAM v1. Predefined roles need no permission; custom roles need iam.roles.get on their project or organisation
 * (cloud.google.com/iam/docs/reference/rest/v1/roles/get).
 */
export function roleRoutes(world: World): Route[] {
  const show = (name: string): Reply => {
    const role = world.roles.get(name);
    if (!role) throw notFound(`The role named ${name} was not found.`);
    return { status: 200, body: role };
  };
  const summary = ({ includedPermissions, ...role }: Role, view: string | null) =>
    view === 'FULL' ? { ...role, includedPermissions } : role;
  const custom = (resource: (world: World) => string, kind: string): Route[] => [
    {
      method: 'GET',
      pattern: `/v1/${kind}/:parent/roles/:role`,
      handle: (call, { parent, role }) => {
        requirePermission(world, call.principal, 'iam.roles.get', resource(world));
        return show(`${kind}/${parent === world.projectNumber ? world.project : parent}/roles/${role}`);
      },
    },
    {
      method: 'GET',
      pattern: `/v1/${kind}/:parent/roles`,
      handle: (call, { parent }) => {
        requirePermission(world, call.principal, 'iam.roles.list', resource(world));
        const prefix = `${kind}/${parent}/roles/`;
        return {
          status: 200,
          body: {
            roles: world.roles
              .list()
              .filter(({ name }) => name.startsWith(prefix))
              .map((role) => summary(role, call.query.get('view'))),
          },
        };
      },
    },
  ];
  return [
    { method: 'GET', pattern: '/v1/roles/:role', handle: (_, { role }) => show(`roles/${role}`) },
    {
      method: 'GET',
      pattern: '/v1/roles',
      handle: (call) => {
        const predefined = world.roles.list().filter(({ name }) => name.startsWith('roles/'));
        return {
          status: 200,
          body: { roles: predefined.map((role) => summary(role, call.query.get('view'))) },
        };
      },
    },
    ...custom(projectResource, 'projects'),
    ...custom(organizationResource, 'organizations'),
  ];
}
