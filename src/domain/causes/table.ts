import type { Row } from './row.ts';
import { buildRows } from './rows/build.ts';
import { codeRows } from './rows/code.ts';
import { containerRows } from './rows/container.ts';
import { deniedRows } from './rows/denied.ts';
import { mountRows } from './rows/mounts.ts';
import { networkRows } from './rows/network.ts';
import { permissionRows } from './rows/permissions.ts';
import { policyRows } from './rows/policy.ts';
import { projectRows } from './rows/project.ts';
import { startRows } from './rows/start.ts';

/** Every known failure after the login, in the order in which they are tried: the precise rows first. */
export const rows: readonly Row[] = [
  ...projectRows,
  ...buildRows,
  ...mountRows,
  ...startRows,
  ...codeRows,
  ...containerRows,
  ...policyRows,
  ...permissionRows,
  ...deniedRows,
  ...networkRows,
];
