import { evaluate } from '../../cel/evaluate.ts';
import { error, Nothing, type Result, typeName, unknown, type Value } from '../../cel/value.ts';
import type { Claims } from '../claims.ts';

/** Evaluates CEL (the mapping and the condition of a provider) the way Google's token exchange does. */

/** `unknown`: only Google can tell, because the expression uses something that is not evaluated here. */
export type Truth = 'true' | 'false' | 'error' | 'unknown';

export interface MappingProblem {
  /** `google.subject` or `attribute.NAME`. */
  target: string;
  expression: string;
  /** True if the token lacks the claim, or holds an empty one. Google then leaves an attribute unmapped. */
  absent: boolean;
  why: string;
}

export interface Mapped {
  /** google.subject */
  subject: string | undefined;
  /** The mapped attributes by name, without the prefix `attribute.`. */
  attributes: Record<string, string>;
  /** google.groups, or undefined if it is not mapped. */
  groups?: string[] | undefined;
  /** Targets whose value only Google can compute. */
  unknown: { target: string; expression: string; why: string }[];
  /** Mappings that give no text for these claims. */
  problems: MappingProblem[];
}

/** A claim or an attribute that an expression names, with a dot or in brackets. */
export const reference = /\b(assertion|attribute|google)(?:\.(\w+)|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\])/g;

/** Evaluates each mapping on the claims. A mapping that fails maps to nothing and becomes a problem. */
export function mapClaims(mapping: Readonly<Record<string, string>>, claims: Claims): Mapped {
  const mapped: Mapped = { subject: undefined, attributes: {}, unknown: [], problems: [] };
  for (const [target, expression] of Object.entries(mapping)) {
    const value = evaluate(expression, { assertion: claims as Value });
    if (value instanceof Nothing && value.kind === 'unknown')
      mapped.unknown.push({ target, expression, why: value.why });
    else if (target === 'google.groups') mapGroups(mapped, expression, value);
    else if (typeof value !== 'string' || value === '')
      mapped.problems.push({
        target,
        expression,
        absent: value === '' || lacksClaim(expression, claims),
        why: value === '' ? 'it is empty' : whyNotText(value),
      });
    else if (target === 'google.subject') mapped.subject = value;
    else if (target.startsWith('attribute.')) mapped.attributes[target.slice('attribute.'.length)] = value;
  }
  return mapped;
}

/** What Google does with groups that are no list of texts is not documented. */
function mapGroups(mapped: Mapped, expression: string, value: Result): void {
  const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
  if (texts && Array.isArray(value) && texts.length === value.length) mapped.groups = texts;
  else if (!(value instanceof Nothing))
    mapped.unknown.push({
      target: 'google.groups',
      expression,
      why: `it is ${typeName(value)}, not a list of texts`,
    });
}

const whyNotText = (value: Result) =>
  value instanceof Nothing ? value.why : `it is ${typeName(value)}, not text`;

/** True if the expression names a claim that the token does not hold. */
const lacksClaim = (expression: string, claims: Claims) =>
  [...expression.matchAll(reference)].some(
    ([, space, name, single, double]) =>
      space === 'assertion' && (claims[name ?? single ?? double ?? ''] ?? null) === null,
  );

/** Evaluates the condition on these claims. An empty condition lets everyone in. */
export function holds(condition: string | undefined, claims: Claims, mapped: Mapped): Truth {
  if (!condition?.trim()) return 'true';
  return truthOf(condition, variables(claims, mapped)).truth;
}

/** What a condition can read. A mapping that only Google can compute stays unknown. */
export function variables(claims: Claims, mapped: Mapped): Record<string, Value> {
  const google: Record<string, Result> = {};
  const attribute: Record<string, Result> = { ...mapped.attributes };
  if (mapped.subject !== undefined) google.subject = mapped.subject;
  if (mapped.groups) google.groups = mapped.groups;
  for (const { target, why } of mapped.unknown) {
    const [space, name = ''] = target.split(/\.(.*)/s);
    (space === 'google' ? google : attribute)[name] = unknown(why);
  }
  return { assertion: claims as Value, attribute, google };
}

export function truthOf(
  expression: string,
  context: Record<string, Value>,
): { truth: Truth; error?: string } {
  const value = evaluate(expression, context);
  if (typeof value === 'boolean') return { truth: value ? 'true' : 'false' };
  const nothing = value instanceof Nothing ? value : error(`it is ${typeName(value)}, not true or false`);
  return { truth: nothing.kind, error: nothing.why };
}
