import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import { organizationResource, projectResource, requirePermission } from '../core/iam.ts';
import type { Role } from '../core/roles.ts';
import type { World } from '../core/state.ts';
import type { Reply, Route } from '../core/types.ts';

const changeable = new Set(['title', 'description', 'includedPermissions', 'stage']);

/** A custom role holds only permissions that exist (the roles of this sandbox name them). */
function checkPermissions(world: World, permissions: unknown): void {
  for (const permission of Array.isArray(permissions) ? permissions.map(String) : [])
    if (!world.roles.knows(permission)) throw invalidArgument(`Permission ${permission} is not valid.`);
}

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
      method: 'POST',
      pattern: `/v1/${kind}/:parent/roles`,
      handle: (call, { parent }) => {
        requirePermission(world, call.principal, 'iam.roles.create', resource(world));
        const { roleId, role = {} } = call.json() as { roleId?: string; role?: Partial<Role> };
        const name = `${kind}/${parent}/roles/${roleId}`;
        if (world.roles.get(name))
          throw alreadyExists(`A role named ${roleId} in ${kind}/${parent} already exists.`);
        checkPermissions(world, role.includedPermissions);
        const made: Role = {
          name,
          title: role.title ?? '',
          ...(role.description ? { description: role.description } : {}),
          includedPermissions: [...(role.includedPermissions ?? [])],
          stage: role.stage ?? 'ALPHA',
          etag: 'BwYAAAAAAAE=',
        };
        world.roles.define(made);
        return { status: 200, body: made };
      },
    },
    {
      method: 'PATCH',
      pattern: `/v1/${kind}/:parent/roles/:role`,
      handle: (call, { parent, role: id }) => {
        requirePermission(world, call.principal, 'iam.roles.update', resource(world));
        const old = world.roles.get(`${kind}/${parent}/roles/${id}`);
        if (!old) throw notFound(`The role named ${id} was not found.`);
        const fields = (call.query.get('updateMask') ?? '').split(',');
        const sent = call.json() as Partial<Role>;
        if (old.deleted) throw invalidArgument(`You can't update the role ${id} because it is deleted.`);
        if (fields.includes('includedPermissions')) checkPermissions(world, sent.includedPermissions);
        const changed = Object.fromEntries(
          Object.entries(sent).filter(([field]) => fields.includes(field) && changeable.has(field)),
        );
        world.roles.define({ ...old, ...changed });
        return show(old.name);
      },
    },
    {
      method: 'DELETE',
      pattern: `/v1/${kind}/:parent/roles/:role`,
      handle: (call, { parent, role: id }) => {
        requirePermission(world, call.principal, 'iam.roles.delete', resource(world));
        const old = world.roles.get(`${kind}/${parent}/roles/${id}`);
        if (!old || old.deleted) throw notFound(`The role named ${id} was not found.`);
        world.roles.define({ ...old, deleted: true });
        return show(old.name);
      },
    },
    {
      method: 'POST',
      pattern: `/v1/${kind}/:parent/roles/:role:undelete`,
      handle: (call, { parent, role: id }) => {
        requirePermission(world, call.principal, 'iam.roles.undelete', resource(world));
        const old = world.roles.get(`${kind}/${parent}/roles/${id}`);
        if (!old?.deleted) throw invalidArgument(`The role named ${id} is not deleted.`);
        const { deleted: _, ...restored } = old;
        world.roles.define(restored);
        return show(old.name);
      },
    },
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
    {
      // gcloud asks it before it makes a role.
      method: 'POST',
      pattern: '/v1/permissions:queryTestablePermissions',
      handle: () => ({
        status: 200,
        body: {
          permissions: [
            ...new Set(world.roles.list().flatMap(({ includedPermissions }) => includedPermissions)),
          ]
            .sort()
            .map((name) => ({ name, stage: 'GA' })),
        },
      }),
    },
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
