import { here } from '../../printed/here.ts';
import type { Stage } from '../stage.ts';

const project = `cloudresourcemanager.googleapis.com/projects/${here.project}`;
const own = `serviceAccount:${here.deployer}`;

/** The deployer holds everything but this permission. */
export const without = (permission: string) => (stage: Stage) => {
  const { world } = stage.sandbox;
  const roles = world.policies
    .get(`//${project}`)
    .bindings.filter(({ members }) => members.includes(own))
    .map(({ role }) => role);
  const held = new Set(roles.flatMap((role) => [...world.roles.permissionsOf(role)]));
  held.delete(permission);
  const name = `projects/${here.project}/roles/almost`;
  world.roles.define({
    ...{ name, title: 'almost', stage: 'GA', etag: 'BwYAAAAAAAE=' },
    includedPermissions: [...held],
  });
  const others = world.policies
    .get(`//${project}`)
    .bindings.map((binding) => ({ ...binding, members: binding.members.filter((member) => member !== own) }))
    .filter(({ members }) => members.length > 0);
  stage.bind(project, ...others, { role: name, members: [own] });
};
