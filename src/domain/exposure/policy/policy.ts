import { isObject } from '../../data/json.ts';

/** Reads allow policies (google/iam/v1/policy.proto). The answer may hold anything at all. Never throws. */

/** Whether the condition of a binding holds here. A condition that only Google can evaluate is `unknown`, and counts as true. */
export type Holds = 'yes' | 'no' | 'unknown';

export interface PolicyBinding {
  role: string;
  members: string[];
  /** CEL expression of the condition. */
  condition: string | undefined;
  /** Absent until the condition has been evaluated. */
  holds?: Holds;
}

export interface AllowPolicy {
  version: number;
  etag: string | undefined;
  bindings: PolicyBinding[];
  /** Entries that are not valid. A policy with a problem proves nothing. */
  problems: string[];
}

const shown = (value: unknown): string => {
  const type = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return typeof value === 'string' ? `"${value.slice(0, 80)}"` : type;
};

function readMembers(value: unknown, at: string, problems: string[]): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push(`${at}.members is ${shown(value)}, not a list`);
    return typeof value === 'string' ? [value.trim()] : [];
  }
  const members: string[] = [];
  for (const [index, member] of value.entries()) {
    if (typeof member === 'string' && member.trim() !== '') members.push(member.trim());
    else problems.push(`${at}.members[${index}] is ${shown(member)}, not a member`);
  }
  return members;
}

function readCondition(value: unknown, at: string, problems: string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value) && typeof value.expression === 'string') return value.expression;
  problems.push(`${at}.condition is ${shown(value)} without an expression`);
  return '';
}

function readBinding(value: unknown, at: string, problems: string[]): PolicyBinding | undefined {
  if (!isObject(value)) {
    problems.push(`${at} is ${shown(value)}, not a binding`);
    return undefined;
  }
  const role = typeof value.role === 'string' ? value.role.trim() : '';
  if (role === '') problems.push(`${at}.role is ${shown(value.role)}, not a role`);
  return {
    role,
    members: readMembers(value.members, at, problems),
    condition: readCondition(value.condition, at, problems),
  };
}

/** The first problems are enough to repair a policy. */
const maxProblems = 20;

/**
 * Turns any answer of an API into bindings and problems. Every policy has an etag (policy.proto: "An etag is returned in the
 * response to getIamPolicy"), an empty one too: `ACAB`. So an object without one is an answer to something else.
 */
export function readPolicy(value: unknown): AllowPolicy {
  const problems: string[] = [];
  try {
    if (!isObject(value)) {
      return {
        version: 0,
        etag: undefined,
        bindings: [],
        problems: [`it is ${shown(value)}, not an object`],
      };
    }
    const bindings: PolicyBinding[] = [];
    if (Array.isArray(value.bindings)) {
      for (const [index, entry] of value.bindings.entries()) {
        const binding = readBinding(entry, `bindings[${index}]`, problems);
        if (binding) bindings.push(binding);
      }
    } else if (value.bindings !== undefined)
      problems.push(`bindings is ${shown(value.bindings)}, not a list`);
    const version = typeof value.version === 'number' && Number.isInteger(value.version) ? value.version : 0;
    if (value.version !== undefined && (version < 0 || version > 3 || version !== value.version))
      problems.push(
        `version is ${shown(value.version)} ${String(value.version).slice(0, 20)}, not 0, 1 or 3`,
      );
    const etag = typeof value.etag === 'string' && value.etag !== '' ? value.etag : undefined;
    if (etag === undefined)
      problems.push(value.etag === undefined ? 'it has no etag' : `etag is ${shown(value.etag)}, not a text`);
    return { version, etag, bindings, problems: problems.slice(0, maxProblems) };
  } catch {
    return { version: 0, etag: undefined, bindings: [], problems: ['it cannot be parsed'] };
  }
}

/** The bindings that may be in force: all but those whose condition is false. */
export const liveBindings = ({ bindings }: AllowPolicy): PolicyBinding[] =>
  bindings.filter(({ holds }) => holds !== 'no');

/** What the condition of a binding means for the verdict, as a sentence with a space before it. Empty without a condition. */
export function conditionRemark({ condition, holds }: PolicyBinding): string {
  if (condition === undefined || holds === 'no') return '';
  return holds === 'yes'
    ? ' Its condition is true here.'
    : ' Its condition cannot be evaluated here with certainty, so it counts as true.';
}

/** True if a binding has a condition, so that the evaluator is worth loading. */
export const hasCondition = ({ bindings }: AllowPolicy): boolean =>
  bindings.some(({ condition }) => condition !== undefined);

/** A member to remove from every binding of a role, with or without a condition. */
export interface Removal {
  role: string;
  member: string;
}

/**
 * The policy without these members, ready for setIamPolicy: version 3 and the etag of the read. Other bindings stay
 * exactly as they were, and bindings that become empty are left out. Undefined if nothing would change.
 */
export function withoutMembers(
  policy: Readonly<Record<string, unknown>>,
  removals: readonly Removal[],
): { version: 3; etag?: string; bindings: unknown[] } | undefined {
  const gone = new Set(removals.map(({ role, member }) => `${role}\n${member.toLowerCase()}`));
  const matches = (role: string, member: unknown) =>
    typeof member === 'string' && gone.has(`${role}\n${member.trim().toLowerCase()}`);
  let changed = false;
  const bindings: unknown[] = [];
  for (const binding of Array.isArray(policy.bindings) ? policy.bindings : []) {
    const role = isObject(binding) && typeof binding.role === 'string' ? binding.role.trim() : '';
    const members = isObject(binding) && Array.isArray(binding.members) ? binding.members : [];
    const kept = members.filter((member) => !matches(role, member));
    if (kept.length === members.length) bindings.push(binding);
    else {
      changed = true;
      if (kept.length > 0) bindings.push({ ...(binding as object), members: kept });
    }
  }
  if (!changed) return undefined;
  return { version: 3, ...(typeof policy.etag === 'string' ? { etag: policy.etag } : {}), bindings };
}
