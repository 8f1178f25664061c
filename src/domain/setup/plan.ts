import { conditionOf, joined, parseCondition } from './admission.ts';
import { fieldsOf } from './fields.ts';
import type { Observed } from './observed.ts';
import { keyOf, type Resource } from './resource.ts';

/** `+` is made, `~` is changed, `=` is as it should be, `!` cannot be told, `-` is taken away. */
export type Sign = '+' | '~' | '=' | '!' | '-';

export interface Change {
  field: string;
  old: string;
  new: string;
}

export interface SetupRow {
  sign: Sign;
  /** With the fields that it will have. */
  resource: Resource;
  observed: Observed;
  changes: readonly Change[];
  /**
   * Why a change is shown and not written. `foreign`: someone else made what is there. `after`: something that it needs
   * cannot be written. Undefined: nothing is in the way.
   */
  held?: 'foreign' | 'after';
}

/** Everything in one order: what has to be there, what is there, and what would change. */
export type SetupPlan = readonly SetupRow[];

/** What `--take-over` and `--overwrite-files` allow. */
export interface Leave {
  takeOver: boolean;
  overwriteFiles: boolean;
}

export function planOf(
  resources: readonly Resource[],
  observed: (resource: Resource) => Observed,
  leave: Leave,
): SetupPlan {
  const rows: SetupRow[] = [];
  for (const resource of resources) {
    const row = rowOf(resource, observed(resource), leave);
    if (row) rows.push(afterOthers(row, rows));
  }
  return rows;
}

function rowOf(wanted: Resource, observed: Observed, leave: Leave): SetupRow | undefined {
  const resource = settled(wanted, observed);
  // A file that is there is the user's, whatever it says.
  if (resource.kind === 'file' && observed.state === 'present' && !leave.overwriteFiles)
    return { sign: '=', resource, observed, changes: [] };
  const unwanted = resource.kind === 'grant' && !resource.wanted;
  const row = { resource, observed, changes: [] };
  if (observed.state === 'unreadable') return { ...row, sign: '!' };
  if (observed.state === 'absent') return unwanted ? undefined : { ...row, sign: '+' };
  const changes = [
    ...differences(resource, observed),
    ...(isMarked(resource) && !observed.ours ? [{ field: 'made by', old: 'someone else', new: 'init' }] : []),
  ];
  if (changes.length === 0) return { ...row, sign: '=' };
  const allowed = observed.ours || (resource.kind === 'file' ? leave.overwriteFiles : leave.takeOver);
  return { ...row, sign: '~', changes, ...(allowed ? {} : { held: 'foreign' as const }) };
}

/** Things that can carry the mark of `init`, and through which others would get access. What is there of others is not used. */
const isMarked = ({ kind }: Resource): boolean =>
  kind === 'role' || kind === 'account' || kind === 'provider';

/** A provider of ours keeps whoever it lets in already. */
function settled(resource: Resource, observed: Observed): Resource {
  if (resource.kind !== 'provider' || observed.state !== 'present' || !observed.ours) return resource;
  const live = parseCondition(observed.fields.condition ?? '');
  const wanted = parseCondition(resource.condition);
  const both = live && wanted && !observed.deleted && joined(live, wanted);
  return both ? { ...resource, condition: conditionOf(both) } : resource;
}

function differences(resource: Resource, observed: Extract<Observed, { state: 'present' }>): Change[] {
  const deleted = observed.deleted ? [{ field: 'state', old: 'deleted', new: 'on' }] : [];
  const others = Object.entries(fieldsOf(resource)).flatMap(([field, value]) => {
    const old = observed.fields[field] ?? '';
    return old === value || (observed.deleted && field === 'state') ? [] : [{ field, old, new: value }];
  });
  return [...deleted, ...others];
}

/** A row waits if its resource needs another one that will not be written. */
function afterOthers(row: SetupRow, before: readonly SetupRow[]): SetupRow {
  if (row.sign !== '+' && row.sign !== '~') return row;
  const needs = needsOf(row.resource);
  const blocked = before.some(
    (other) => needs.has(keyOf(other.resource)) && (other.held !== undefined || other.sign === '!'),
  );
  return blocked && row.held === undefined ? { ...row, held: 'after' } : row;
}

function needsOf(resource: Resource): Set<string> {
  if (resource.kind === 'provider') return new Set([`pool ${resource.name.replace(/\/providers\/.*/, '')}`]);
  if (resource.kind === 'branch')
    return new Set([`environment ${resource.repository} ${resource.environment}`]);
  if (resource.kind === 'variable' && resource.environment !== undefined)
    return new Set([`environment ${resource.repository} ${resource.environment}`]);
  if (resource.kind !== 'grant') return new Set();
  const pool = /^principalSet:\/\/iam\.googleapis\.com\/(.*)\/attribute\./.exec(resource.member)?.[1];
  return new Set([
    `role ${resource.role}`,
    `account ${resource.member.replace(/^serviceAccount:/, '')}`,
    ...(resource.on.what === 'account' ? [`account ${resource.on.name}`] : []),
    ...(pool ? [`pool ${pool}`] : []),
  ]);
}

/** Rows that an `--apply` writes. */
export const toWrite = (plan: SetupPlan): SetupRow[] =>
  plan.filter(({ sign, held }) => held === undefined && (sign === '+' || sign === '~' || sign === '-'));

export interface Totals {
  create: number;
  change: number;
  remove: number;
  same: number;
  unknown: number;
  held: number;
}

export function totals(plan: SetupPlan): Totals {
  const count = (test: (row: SetupRow) => boolean) => plan.filter(test).length;
  const signed = (sign: Sign) => count((row) => row.sign === sign && row.held === undefined);
  return {
    create: signed('+'),
    change: signed('~'),
    remove: signed('-'),
    same: signed('='),
    unknown: signed('!'),
    held: count(({ held }) => held !== undefined),
  };
}
