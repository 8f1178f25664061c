import { shortAccount, shortName } from '../data/resource-name.ts';
import type { GrantPlace, Resource } from './resource.ts';

/** A resource in words, without its fields. */
export function describe(resource: Resource): string {
  switch (resource.kind) {
    case 'api':
      return `API ${resource.service}`;
    case 'pool':
      return `pool ${resource.id}`;
    case 'provider':
      return `provider ${resource.pool}/${resource.id}`;
    case 'role':
      return `role ${resource.id}, ${resource.permissions.length} permissions`;
    case 'account':
      return `account ${shortAccount(resource.email)}`;
    case 'grant':
      return `${shortRole(resource.role)} for ${whose(resource.member)} on ${place(resource.on)}`;
    case 'subject':
      return `form of the subject of tokens of ${resource.repository}`;
    case 'environment':
      return `environment ${resource.name} of ${resource.repository}`;
    case 'branch':
      return `branch ${resource.branch} may deploy to ${resource.environment}`;
    case 'variable':
      return `variable ${resource.name} of ${resource.environment ?? resource.repository}`;
    case 'file':
      return `file ${resource.path}`;
  }
}

/** Custom roles by their id, predefined ones as they are. */
const shortRole = (role: string): string => (role.startsWith('projects/') ? shortName(role) : role);

/** A member as people know it. The number of a repository stays a number, because it is what counts. */
const whose = (member: string): string => {
  const repository = /\/attribute\.repository_id\/(\d+)$/.exec(member)?.[1];
  return repository ? `repository ${repository}` : shortAccount(member.replace(/^serviceAccount:/, ''));
};

function place({ what, name }: GrantPlace): string {
  if (what === 'project' || what === 'bucket') return `${what} ${name}`;
  return what === 'account' ? shortAccount(name) : `service ${shortName(name)}`;
}
