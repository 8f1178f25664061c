import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, stagesByAction } from '../../src/domain/doctor/matrix.ts';
import {
  isNeededBy,
  type PermissionCheck,
  permissionChecks,
} from '../../src/domain/preflight/permissions.ts';
import {
  alertsRole,
  closerRole,
  deployerRole,
  gatewayRole,
  readerRole,
  rollbackRole,
} from '../../src/domain/setup/roles.ts';
import { filledPart, fillPage } from './tables/fill.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Which actions need a permission, by the matrix of the doctor. Only what builds can make something new. */
const usersOf = ({ stage, when }: PermissionCheck): string[] =>
  columns.filter((action) => {
    const stages = stagesByAction[action];
    return stages.includes(stage) && (when !== 'new' || stages.includes('Build'));
  });

/** The roles that `init` makes, with what they hold. */
function customRoles(): string {
  const held: [role: { id: string; permissions: readonly string[] }, by: string, on: string][] = [
    [deployerRole('function'), 'deployer of a function', 'project'],
    [deployerRole('run-function'), 'deployer of a Cloud Run function', 'project'],
    [deployerRole('run-image'), 'deployer of an image', 'project'],
    [readerRole, 'reader, rollback', 'project'],
    [rollbackRole, 'rollback', 'service (the project until it exists)'],
    [closerRole, 'deployer, with `--may-close`', 'service (the project until it exists)'],
    [alertsRole, 'deployer, with `--may-alert`', 'project'],
    [gatewayRole, 'deployer, with `--may-release-gateways`', 'project'],
  ];
  const own = held.map(
    ([{ id, permissions }, by, on]) =>
      `| \`${id}\` | ${by} | ${on} | ${permissions.map((one) => `\`${one}\``).join(', ')} |`,
  );
  return [
    '| role | held by | on | permissions |',
    '|:--|:--|:--|:--|',
    ...own,
    '| `roles/run.invoker` | invoker; with `--may-release-gateways` the account of the gateway | service (the project until it exists) | predefined |',
    '| `roles/iam.serviceAccountUser` | deployer, rollback | runtime account | predefined |',
    '| `roles/iam.serviceAccountUser` | deployer, with `--may-release-gateways` | account of the gateway | predefined |',
    '| `roles/iam.workloadIdentityPoolViewer` | deployer, reader | project | predefined |',
    '| `roles/iam.workloadIdentityUser` | the repository | deployer, invoker, reader and rollback account | predefined |',
  ].join('\n');
}

/** Fills the tables of docs/set-up/README.md: the roles of the README, and every permission with the actions that use it. */
export function generate(): Record<string, string> {
  const path = 'docs/set-up/README.md';
  const users = new Map<string, { role: string; on: string; actions: Set<string> }>();
  for (const check of permissionChecks as readonly PermissionCheck[]) {
    const { permission, on, role, of } = check;
    if (!isNeededBy(of, 'function')) continue;
    const row = users.get(`${permission} ${on}`) ?? { role, on, actions: new Set<string>() };
    for (const action of usersOf(check)) row.actions.add(action);
    users.set(`${permission} ${on}`, row);
  }
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
