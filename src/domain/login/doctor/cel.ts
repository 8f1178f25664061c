import { environment } from '../../cel/environment.ts';
import type { Claims } from '../claims.ts';

/** Evaluates CEL (the mapping and the condition of a provider) the way Google's token exchange does. */

export type Truth = 'true' | 'false' | 'error';

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
  /** Mappings that give no text for these claims. */
  problems: MappingProblem[];
}

/** The library reserves the name `google`. An alias of the same length keeps every position in the text. */
const alias = 'g00gle';
export const literal = /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/;
export const aliased = (expression: string) =>
  expression
    .split(literal)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replace(/(^|[^\w.])google(?=\s*[.[])/g, `$1${alias}`),
    )
    .join('');
export const unaliased = (text: string) => text.replaceAll(alias, 'google');

/** A claim or an attribute that an expression names, with a dot or in brackets. */
export const reference = new RegExp(
  `\\b(assertion|attribute|${alias})(?:\\.(\\w+)|\\[\\s*'([^']*)'\\s*\\]|\\[\\s*"([^"]*)"\\s*\\])`,
  'g',
);

export const firstLine = (error: unknown) =>
  unaliased((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').slice(0, 200);

/** Evaluates each mapping on the claims. A mapping that fails maps to nothing and becomes a problem. */
export function mapClaims(mapping: Readonly<Record<string, string>>, claims: Claims): Mapped {
  const mapped: Mapped = { subject: undefined, attributes: {}, problems: [] };
  for (const [target, expression] of Object.entries(mapping)) {
    try {
      const value: unknown = environment().evaluate(expression, { assertion: claims });
      if (target === 'google.groups') continue;
      if (typeof value !== 'string' || value === '')
        mapped.problems.push({
          target,
          expression,
          absent: value === '' || (value === null && lacksClaim(expression, claims)),
          why: value === '' ? 'it is empty' : `it is ${kindOf(value)}, not text`,
        });
      else if (target === 'google.subject') mapped.subject = value;
      else if (target.startsWith('attribute.')) mapped.attributes[target.slice('attribute.'.length)] = value;
    } catch (error) {
      const absent = lacksClaim(expression, claims);
      mapped.problems.push({ target, expression, absent, why: firstLine(error) });
    }
  }
  return mapped;
}

/** True if the expression names a claim that the token does not hold. */
const lacksClaim = (expression: string, claims: Claims) =>
  [...expression.matchAll(reference)].some(
    ([, space, name, single, double]) =>
      space === 'assertion' && (claims[name ?? single ?? double ?? ''] ?? null) === null,
  );

const kindOf = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'bigint'
        ? 'a number'
        : `a ${typeof value}`;

/** Evaluates the condition on these claims. An empty condition lets everyone in. */
export function holds(condition: string | undefined, claims: Claims, mapped: Mapped): Truth {
  if (!condition?.trim()) return 'true';
  return truthOf(aliased(condition), variables(claims, mapped)).truth;
}

export const variables = (claims: Claims, mapped: Mapped) => ({
  assertion: claims,
  attribute: mapped.attributes,
  [alias]: mapped.subject === undefined ? {} : { subject: mapped.subject },
});

export function truthOf(
  expression: string,
  context: Record<string, unknown>,
): { truth: Truth; error?: string } {
  try {
    const value: unknown = environment().evaluate(expression, context);
    return typeof value === 'boolean'
      ? { truth: value ? 'true' : 'false' }
      : { truth: 'error', error: `it is ${kindOf(value)}, not true or false` };
  } catch (error) {
    return { truth: 'error', error: firstLine(error) };
  }
}
