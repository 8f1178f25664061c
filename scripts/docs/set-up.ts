import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, stagesByAction } from '../../src/domain/doctor/matrix.ts';
import { poolViewerRole } from '../../src/domain/login/identity.ts';
import { actionPermissions } from '../../src/domain/preflight/action-permissions.ts';
import {
  isNeededBy,
  type PermissionCheck,
  permissionChecks,
} from '../../src/domain/preflight/permissions.ts';
import { extras, type Granter } from '../../src/domain/setup/extras.ts';
import type { Part } from '../../src/domain/setup/names.ts';
import {
  actAsRole,
  type CustomRole,
  deployerRole,
  invokerRole,
  loginRole,
  readerRole,
  rollbackRole,
} from '../../src/domain/setup/roles.ts';
import { rights } from '../../src/domain/setup/wish.ts';
import { filledPart, fillPage } from './tables/fill.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Which actions need a permission, by the matrix of the doctor. Only what builds can make something new. */
const usersOf = ({ stage, when }: PermissionCheck): string[] =>
  columns.filter((action) => {
    const stages = stagesByAction[action];
    return stages.includes(stage) && (when !== 'new' || stages.includes('Build'));
  });

const service = 'service (the project until it exists)';

/** One line for each role and place, with everyone who gets it there. */
interface Held {
  role: CustomRole | string;
  by: string[];
  on: string;
}

/** What the rights beyond a release give, and to whom. */
function extraRoles(): Held[] {
  const found: Held[] = [];
  for (const right of rights) {
    const { flag, account, grants } = extras[right];
    const shown = `\`--${flag.replaceAll('_', '-')}\``;
    const add = (role: Held['role'], part: Part, on: string) => {
      const by = part === account?.part ? `account \`…-${part}\` of ${shown}` : `${part}, with ${shown}`;
      const known = found.find((one) => one.role === role && one.on === on);
      if (known) known.by.push(by);
      else found.push({ role, by: [by], on });
      return [];
    };
    const to: Granter = {
      onProject: (role, part) => add(role, part, 'project'),
      onService: (role, part) => add(role, part, service),
      onAccount: (of, role, part) => add(role, part, `account \`…-${of}\``),
      onBuckets: ([what = ''], role, part) => add(role, part, what),
    };
    grants(to, {
      ...{ drill: ['each bucket'], copies: ['each copy'], models: ['each bucket'] },
      pipelines: ['each bucket of `--pipeline-buckets`'],
    });
  }
  return found;
}

/** The roles that `init` makes, with what they hold. */
function customRoles(): string {
  const held: Held[] = [
    { role: deployerRole('function'), by: ['deployer of a function'], on: 'project' },
    { role: deployerRole('run-function'), by: ['deployer of a Cloud Run function'], on: 'project' },
    { role: deployerRole('run-image'), by: ['deployer of an image'], on: 'project' },
    { role: readerRole, by: ['reader, rollback'], on: 'project' },
    { role: rollbackRole, by: ['rollback'], on: service },
    ...extraRoles(),
    { role: invokerRole, by: ['invoker'], on: service },
    { role: actAsRole, by: ['deployer, rollback'], on: 'runtime account' },
    { role: poolViewerRole, by: ['deployer, reader'], on: 'project' },
    { role: loginRole, by: ['the repository'], on: 'every account that a job logs in as' },
  ];
  const what = (role: Held['role']) =>
    typeof role === 'string'
      ? ['predefined', role]
      : [role.permissions.map((one) => `\`${one}\``).join(', '), role.id];
  const rows = held.map(({ role, by, on }) => {
    const [permissions, id] = what(role);
    return `| \`${id}\` | ${by.join('; ')} | ${on} | ${permissions} |`;
  });
  return ['| role | held by | on | permissions |', '|:--|:--|:--|:--|', ...rows].join('\n');
}

/** Fills the tables of docs/set-up/README.md: the roles of the README, and every permission with the actions that use it. */
export function generate(): Record<string, string> {
  const path = 'docs/set-up/README.md';
  const users = new Map<string, { role: string; on: string; actions: Set<string> }>();
  const add = (permission: string, on: string, role: string, actions: readonly string[]) => {
    const row = users.get(`${permission} ${on}`) ?? { role, on, actions: new Set<string>() };
    for (const action of actions) row.actions.add(action);
    users.set(`${permission} ${on}`, row);
  };
  for (const check of permissionChecks as readonly PermissionCheck[]) {
    const { permission, on, role, of } = check;
    if (isNeededBy(of, 'function')) add(permission, on, role, usersOf(check));
  }
  for (const [action, permissions] of Object.entries(actionPermissions))
    for (const { permission, on, role } of permissions) add(permission, on, role, [action]);
  const rows = [...users].map(
    ([key, { role, on, actions }]) =>
      `| \`${key.split(' ')[0]}\` | ${on} | \`${role}\` | ${[...actions].join(', ')} |`,
  );
  const table = ['| permission | on | a role that has it | needed by |', '|:--|:--|:--|:--|', ...rows].join(
    '\n',
  );
  const roles = filledPart(read('README.md'), 'roles');
  const short = 'docs/set-up/ten-minutes.md';
  return {
    [short]: fillPage(read(short), 'custom-roles', customRoles()),
    [path]: fillPage(fillPage(read(path), 'roles', roles), 'permissions', table),
  };
}
