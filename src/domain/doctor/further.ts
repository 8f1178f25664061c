import { actionPermissions, type Bound, type OtherAction } from '../preflight/action-permissions.ts';
import type { Held } from '../preflight/permission-rows.ts';
import type { CheckRow, CheckState } from '../preflight/row.ts';
import { plural } from '../text/sentence.ts';

/** The actions that a release does not need, in the order of the table of their permissions. */
export const furtherActions = Object.keys(actionPermissions) as OtherAction[];

/** A permission that they need, on what, and whether this identity has it. */
export interface FurtherRow {
  permission: string;
  on: Bound;
  /** Full name of what was asked. Absent if only the workflow of the action knows it, such as a bucket. */
  resource?: string;
  role: string;
  state: CheckState;
  actions: OtherAction[];
}

type Need = Pick<FurtherRow, 'permission' | 'on' | 'role' | 'actions'>;

/** Every permission once for each kind of resource. */
const needs: readonly Need[] = (() => {
  const found = new Map<string, Need>();
  for (const action of furtherActions)
    for (const { permission, on, role } of actionPermissions[action]) {
      const key = `${permission} ${on}`;
      const known = found.get(key);
      if (known) known.actions.push(action);
      else found.set(key, { permission, on, role, actions: [action] });
    }
  return [...found.values()];
})();

/** What the project is asked. What it grants holds on everything in it. */
export const askedOfProject: readonly string[] = [...new Set(needs.map(({ permission }) => permission))];

/** What the service is asked: what the project does not grant. */
export const askedOfService = (project: Held): string[] =>
  needs
    .filter(({ on, permission }) => on === 'service' && !(project.ok && project.permissions.has(permission)))
    .map(({ permission }) => permission);

export interface FurtherAnswers {
  project: { resource: string; held: Held };
  /** Absent if nothing of the name exists yet. */
  service?: { resource: string; held: Held } | undefined;
  /** The rows of the preflight, which has asked about the account that the code runs as. */
  rows: readonly CheckRow[];
}

/**
 * The rows of the table. Only a workflow names the buckets of a drill and the accounts of a gateway or a pipeline. Where the project grants
 * nothing about them, they stay unknown.
 */
export function furtherRows({ project, service, rows }: FurtherAnswers): FurtherRow[] {
  return needs.map(({ permission, on, role, actions }) => {
    const row = (state: CheckState, resource?: string): FurtherRow => ({
      ...{ permission, on, role, state, actions: [...actions] },
      ...(resource === undefined ? {} : { resource }),
    });
    const { held } = project;
    if (held.ok && held.permissions.has(permission)) return row('ok', project.resource);
    const orUnknown = (known: Held): CheckState => (known.ok ? 'missing' : 'unknown');
    if (on === 'project') return row(orUnknown(held), project.resource);
    if (on === 'service') {
      if (service === undefined) return row(orUnknown(held), project.resource);
      if (service.held.ok && service.held.permissions.has(permission)) return row('ok', service.resource);
      return row(held.ok ? orUnknown(service.held) : 'unknown', service.resource);
    }
    const asked = rows.find(
      ({ need }) => need.kind === 'permission' && need.place === on && need.permission === permission,
    );
    return asked?.need.kind === 'permission' ? row(asked.state, asked.need.resource) : row('unknown');
  });
}

/** How one of these actions stands: what it lacks, and what could not be asked. */
export interface FurtherAction {
  action: OtherAction;
  state: CheckState;
  text: string;
}

/** One line for each action that has rows. */
export function furtherSummary(rows: readonly FurtherRow[]): FurtherAction[] {
  return furtherActions.flatMap((action) => {
    const mine = rows.filter(({ actions }) => actions.includes(action));
    if (mine.length === 0) return [];
    const of = (state: CheckState) => mine.filter((row) => row.state === state);
    const [missing, unknown] = [of('missing'), of('unknown')];
    const places = [...new Set(unknown.map(({ on }) => on))].join(', ');
    const parts = [
      ...(missing.length > 0 ? [`lacks ${missing.length} of ${plural(mine.length, 'permission')}`] : []),
      ...(unknown.length > 0 ? [`${unknown.length} not known (on: ${places})`] : []),
    ];
    const state = missing.length > 0 ? 'missing' : unknown.length > 0 ? 'unknown' : 'ok';
    return [{ action, state, text: parts.join('; ') || `has all ${mine.length}` }];
  });
}

const uses = new RegExp(`\\buses:\\s*['"]?[\\w.-]+/[\\w.-]+/actions/(${furtherActions.join('|')})@`, 'g');

/** Which of these actions a workflow uses. */
export const furtherUsed = (workflow: string): OtherAction[] => {
  const found = new Set([...workflow.matchAll(uses)].map(([, action]) => action));
  return furtherActions.filter((action) => found.has(action));
};
