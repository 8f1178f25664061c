import type { NeededFor, Weight } from '../preflight/permissions.ts';
import type { CheckRow, CheckState } from '../preflight/row.ts';

/** The actions that need something of Google Cloud, in the order of the table. */
export const columns = [
  'release',
  'deploy',
  'rollback',
  'guard',
  'watch',
  'smoke-test',
  'logs',
  'doctor',
] as const;
export type Column = (typeof columns)[number];

/** Which action has which stage. A release has all of them but the doctor's own; those of a gateway and a model only if it names one. */
export const stagesByAction: Readonly<Record<Column, readonly NeededFor[]>> = {
  release: [
    'State',
    'Guard',
    'Traffic',
    'Build',
    'Smoke test',
    'Watch',
    'Open alerts',
    'Gateway',
    'Front door',
    'Model',
    'Roll back',
  ],
  deploy: ['State', 'Guard', 'Traffic', 'Build'],
  rollback: ['State', 'Traffic', 'Roll back'],
  guard: ['Guard'],
  watch: ['State', 'Watch'],
  'smoke-test': ['State', 'Smoke test', 'Front door'],
  logs: ['Explain'],
  doctor: ['State', 'Guard', 'Watch', 'Examine', 'Explain'],
};

/** A permission, on what it is needed, and which actions need it. */
export interface MatrixRow {
  permission: string;
  /** Full name of the resource. */
  resource: string;
  role: string;
  state: CheckState;
  /** What happens without it. */
  weight: Weight;
  actions: readonly Column[];
}

/** The permissions of a preflight as a table: permission by action. */
export function matrixOf(rows: readonly CheckRow[]): MatrixRow[] {
  const found = new Map<string, MatrixRow>();
  for (const { need, stage, state, weight } of rows) {
    if (need.kind !== 'permission') continue;
    const key = `${need.permission} ${need.resource}`;
    const known = found.get(key);
    const mine = columns.filter((action) => stagesByAction[action].includes(stage));
    found.set(key, {
      permission: need.permission,
      resource: need.resource,
      role: need.role,
      state,
      weight: known?.weight === 'stop' ? 'stop' : weight,
      actions: columns.filter((action) => mine.includes(action) || known?.actions.includes(action)),
    });
  }
  return [...found.values()];
}

/** The actions that lack nothing that they cannot do without, and the others. */
export function ableOf(rows: readonly MatrixRow[]): { able: Column[]; lacking: Column[] } {
  const lacks = (action: Column) =>
    rows.some(
      ({ state, weight, actions }) => state === 'missing' && weight === 'stop' && actions.includes(action),
    );
  return { able: columns.filter((action) => !lacks(action)), lacking: columns.filter(lacks) };
}
