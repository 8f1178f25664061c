import type { PermissionWorld } from './world.ts';

/** What `init` gave to its identities, one permission or one grant at a time, and how it is taken away. */
export interface Given {
  /** The custom role, or the predefined role of a grant. */
  role: string;
  /** Of a custom role: one permission. Of a predefined role: all that Google put into it. */
  permissions: readonly string[];
  /** The members that hold it. */
  members: readonly string[];
  /** Full resource name. Undefined for a custom role, which is taken from everywhere. */
  resource?: string | undefined;
}

const isOurs = (role: string) => role.startsWith('projects/');

/** Everything that `init` gave. */
export function givenBy({ cloud }: PermissionWorld): Given[] {
  const { policies, roles } = cloud.sandbox.world;
  const bindings = policies
    .resources()
    .flatMap((resource) => policies.get(resource).bindings.map((binding) => ({ ...binding, resource })))
    // The owner and the users of the sandbox are no part of it.
    .map((one) => ({ ...one, members: one.members.filter((member) => /-api-|principalSet:/.test(member)) }))
    .filter(({ members }) => members.length > 0);
  const own = new Set(bindings.map(({ role }) => role).filter(isOurs));
  const ofRoles = [...own].flatMap((role) => {
    const members = bindings.filter((one) => one.role === role).flatMap((one) => one.members);
    return (roles.get(role)?.includedPermissions ?? []).map((permission) => ({
      ...{ role, permissions: [permission], members: [...new Set(members)] },
    }));
  });
  const predefined = bindings
    .filter(({ role }) => !isOurs(role))
    .flatMap(({ role, members, resource }) =>
      members.map((member) => ({
        ...{ role, permissions: [...roles.permissionsOf(role)], members: [member], resource },
      })),
    );
  return [...ofRoles, ...predefined];
}

/** Returns what gives every policy back as it is now, also without what was granted in the meantime. */
export function keepPolicies({ cloud }: PermissionWorld): () => void {
  const { policies } = cloud.sandbox.world;
  const before = policies.resources().map((name) => [name, policies.get(name).bindings] as const);
  return () => {
    for (const name of policies.resources())
      if (!before.some(([kept]) => kept === name)) policies.delete(name);
    for (const [name, bindings] of before) policies.set(name, bindings, 'once');
  };
}

/** Takes one thing away. Returns what gives the permissions of the roles back; policies come back by `keepPolicies`. */
export function take(
  { cloud }: PermissionWorld,
  { role, permissions, members, resource }: Given,
): () => void {
  const { policies, roles } = cloud.sandbox.world;
  // Another role of the same members may have the permission too.
  const held = new Set(
    policies
      .resources()
      .flatMap((name) => policies.get(name).bindings)
      .filter((one) => one.members.some((member) => members.includes(member)))
      .map((one) => one.role),
  );
  const full = roles.list().filter(({ name }) => name === role || held.has(name));
  if (resource === undefined)
    for (const one of full)
      roles.define({
        ...one,
        includedPermissions: one.includedPermissions.filter((each) => !permissions.includes(each)),
      });
  else
    policies.set(
      resource,
      policies.get(resource).bindings.map((binding) => ({
        ...binding,
        members: binding.members.filter((member) => binding.role !== role || !members.includes(member)),
      })),
      'once',
    );
  return () => {
    for (const one of full) roles.define(one);
  };
}
