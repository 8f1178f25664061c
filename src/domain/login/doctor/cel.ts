import { Environment } from '@marcbachmann/cel-js';
import type { Claims } from '../claims.ts';

/** The mapping and condition of a provider, evaluated as Google's token exchange does. */

export type Truth = 'true' | 'false' | 'error';

/** One operand of the condition's outermost `&&`. */
export interface Conjunct {
  text: string;
  truth: Truth;
  /** Claims and attributes that it names, with their values; undefined where the token lacks it. */
  reads: { name: string; value: string | undefined }[];
  error?: string | undefined;
}

export interface Mapped {
  /** google.subject */
  subject: string | undefined;
  /** By name without `attribute.`. */
  attributes: Record<string, string>;
  /** Target and why it has no text. */
  problems: { target: string; expression: string; why: string }[];
}

/** The library keeps `google` for itself; a name of the same length leaves every position in the text as it is. */
const alias = 'g00gle';
const literal = /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/;
const aliased = (expression: string) =>
  expression
    .split(literal)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replace(/(^|[^\w.])google(?=\s*[.[])/g, `$1${alias}`),
    )
    .join('');
const unaliased = (text: string) => text.replaceAll(alias, 'google');

let shared: Environment | undefined;
function environment(): Environment {
  shared ??= new Environment({ unlistedVariablesAreDyn: true })
    .registerFunction('string.extract(string): string', extract)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, to),
    );
  return shared;
}

/** IAM's `extract`: what stands at `{name}` of the template; empty where it does not fit. */
function extract(text: string, template: string): string {
  const open = template.indexOf('{');
  const close = template.indexOf('}', open);
  if (open < 0 || close < 0) return '';
  const [before, after] = [template.slice(0, open), template.slice(close + 1)];
  const at = text.indexOf(before);
  if (at < 0) return '';
  const rest = text.slice(at + before.length);
  const end = after === '' ? rest.length : rest.indexOf(after);
  return end < 0 ? '' : rest.slice(0, end);
}

const firstLine = (error: unknown) =>
  unaliased((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').slice(0, 200);

/** Evaluates each mapping on the claims. One that fails maps to nothing. */
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
          why: value === '' ? 'it is empty' : `it is ${kindOf(value)}, not text`,
        });
      else if (target === 'google.subject') mapped.subject = value;
      else if (target.startsWith('attribute.')) mapped.attributes[target.slice('attribute.'.length)] = value;
    } catch (error) {
      mapped.problems.push({ target, expression, why: firstLine(error) });
    }
  }
  return mapped;
}

const kindOf = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'bigint'
        ? 'a number'
        : `a ${typeof value}`;

/** The condition on these claims; an empty condition holds for everyone. */
export function holds(condition: string | undefined, claims: Claims, mapped: Mapped): Truth {
  if (!condition?.trim()) return 'true';
  return truthOf(aliased(condition), variables(claims, mapped)).truth;
}

const variables = (claims: Claims, mapped: Mapped) => ({
  assertion: claims,
  attribute: mapped.attributes,
  [alias]: mapped.subject === undefined ? {} : { subject: mapped.subject },
});

function truthOf(expression: string, context: Record<string, unknown>): { truth: Truth; error?: string } {
  try {
    const value: unknown = environment().evaluate(expression, context);
    return typeof value === 'boolean'
      ? { truth: value ? 'true' : 'false' }
      : { truth: 'error', error: `it is ${kindOf(value)}, not true or false` };
  } catch (error) {
    return { truth: 'error', error: firstLine(error) };
  }
}

/** The condition taken apart at its outermost `&&`: what holds, what does not, and the values that each part looked at. */
export function conjuncts(condition: string, claims: Claims, mapped: Mapped): Conjunct[] {
  const text = aliased(condition);
  const context = variables(claims, mapped);
  let pieces: string[];
  try {
    pieces = split(text);
  } catch (error) {
    return [{ text: condition, truth: 'error', reads: [], error: firstLine(error) }];
  }
  return pieces.map((part) => {
    const names = [
      ...new Set(
        [...part.matchAll(reference)].map((match) =>
          unaliased(`${match[1]}.${match[2] ?? match[3] ?? match[4]}`),
        ),
      ),
    ];
    return {
      text: unaliased(part),
      ...truthOf(part, context),
      reads: names.map((name) => ({ name, value: lookUp(name, claims, mapped) })),
    };
  });
}

/** The operands of the outermost `&&`, inside parentheses around the whole as well. Throws where it is no CEL. */
function split(expression: string): string[] {
  const text = expression.trim();
  if (environment().parse(text).ast.op !== '&&') return [text];
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  let at = 0;
  for (const [index, token] of text.split(literal).entries()) {
    if (index % 2 === 0)
      for (let i = 0; i < token.length; i++) {
        const char = token[i] as string;
        if ('([{'.includes(char)) depth++;
        else if (')]}'.includes(char)) depth--;
        else if (depth === 0 && token.startsWith('&&', i)) {
          pieces.push(text.slice(start, at + i));
          start = at + i + 2;
        }
      }
    at += token.length;
  }
  pieces.push(text.slice(start));
  // One piece though there is an `&&`: the whole stands in parentheses.
  if (pieces.length === 1) return split(text.slice(1, -1));
  return pieces.flatMap((piece) => split(unwrapped(piece)));
}

/** `(a && b)` as `a && b`; anything else as it is. */
function unwrapped(piece: string): string {
  const text = piece.trim();
  return text.startsWith('(') && text.endsWith(')') && environment().parse(text).ast.op === '&&'
    ? text.slice(1, -1)
    : text;
}

const reference = new RegExp(
  `\\b(assertion|attribute|${alias})(?:\\.(\\w+)|\\[\\s*'([^']*)'\\s*\\]|\\[\\s*"([^"]*)"\\s*\\])`,
  'g',
);

function lookUp(name: string, claims: Claims, mapped: Mapped): string | undefined {
  const [space, ...rest] = name.split('.');
  const key = rest.join('.');
  if (space === 'attribute') return mapped.attributes[key];
  if (space === 'google') return key === 'subject' ? mapped.subject : undefined;
  const value = claims[key];
  return value === undefined || value === null ? undefined : String(value).slice(0, 300);
}

/** The conjuncts that keep this run out, in words. */
export function whyRejected(parts: readonly Conjunct[]): string {
  const failed = parts.filter((part) => part.truth !== 'true');
  return failed
    .slice(0, 4)
    .map((part) => {
      const seen = part.reads.map(({ name, value }) =>
        value === undefined ? `this run's token has no ${name}` : `${name} is "${value}"`,
      );
      const cause = seen.length > 0 ? seen.join(', ') : (part.error ?? 'it does not look at the token');
      return `The part ${part.text} ${part.truth === 'error' ? 'cannot be evaluated' : 'is false'}: ${cause}.`;
    })
    .join(' ');
}
