import { roleFor } from '../causes/roles.ts';
import { grantOnOrganization, grantOnProject } from './commands.ts';
import type { PostureFacts } from './facts.ts';
import type { Row } from './row.ts';

/** What to grant, so that unknown rows become known. */
export interface MissingRole {
  /** The smallest predefined role. Undefined if we know none. */
  role: string | undefined;
  permissions: string[];
  /** The titles of the rows that need it. */
  rows: string[];
  /** Where it has to be granted. */
  on: 'project' | 'organisation' | 'billing account';
  command: string | undefined;
}

/** What only an administrator of the organisation can grant. */
const above =
  /^(resourcemanager\.(folders|organizations)\.|iam\.denypolicies\.|orgpolicy\.|accesscontextmanager\.)/;

const placeOf = (permission: string): MissingRole['on'] =>
  /^billing\.budgets\./.test(permission)
    ? 'billing account'
    : above.test(permission)
      ? 'organisation'
      : 'project';

/** The roles that this identity lacks, those that make most rows known first. */
export function missingRoles(rows: readonly Row[], { exposure }: PostureFacts): MissingRole[] {
  const found = new Map<string, MissingRole>();
  for (const { title, permissions = [] } of rows)
    for (const permission of permissions) {
      const role = roleFor(permission);
      const on = placeOf(permission);
      const key = `${on} ${role ?? permission}`;
      const one = found.get(key) ?? { role, permissions: [], rows: [], on, command: undefined };
      if (!one.permissions.includes(permission)) one.permissions.push(permission);
      if (!one.rows.includes(title)) one.rows.push(title);
      found.set(key, one);
    }
  const { project } = exposure.target;
  const organization = exposure.ancestry.ok
    ? exposure.ancestry.value.find(({ type }) => type === 'organization')?.id
    : undefined;
  const { identity } = exposure;
  return [...found.values()]
    .map((one) => {
      if (identity === undefined || one.role === undefined || one.on === 'billing account') return one;
      if (one.on === 'project') return { ...one, command: grantOnProject(project, identity, one.role) };
      return organization === undefined
        ? one
        : { ...one, command: grantOnOrganization(organization, identity, one.role) };
    })
    .sort((a, b) => b.rows.length - a.rows.length || (a.role ?? '').localeCompare(b.role ?? ''));
}
