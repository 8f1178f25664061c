import { literal, parse } from '../../cel/parse.ts';
import type { Claims } from '../claims.ts';
import { type Mapped, reference, type Truth, truthOf, variables } from './cel.ts';

/** The condition of a provider, part by part. */

/** One operand of the condition's outermost `&&`. */
export interface Conjunct {
  text: string;
  truth: Truth;
  /** Claims and attributes that the part names, with their values. Undefined if the token lacks one. */
  reads: { name: string; value: string | undefined }[];
  error?: string | undefined;
}

/** Splits the condition at its outermost `&&`. Each part comes with its result and the values that it looked at. */
export function conjuncts(condition: string, claims: Claims, mapped: Mapped): Conjunct[] {
  const context = variables(claims, mapped);
  return split(condition).map((part) => {
    const names = [
      ...new Set(
        [...part.matchAll(reference)].map((match) => `${match[1]}.${match[2] ?? match[3] ?? match[4]}`),
      ),
    ];
    return {
      text: part,
      ...truthOf(part, context),
      reads: names.map((name) => ({ name, value: lookUp(name, claims, mapped) })),
    };
  });
}

const isConjunction = (text: string) => {
  const parsed = parse(text);
  return parsed.ok && parsed.root.op === '&&';
};

/** The operands of the outermost `&&`. Parentheses around the whole condition are removed. Text that is not CEL is one part. */
function split(expression: string): string[] {
  const text = expression.trim();
  if (!isConjunction(text)) return [text];
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
  // The parser found an `&&` and the loop did not, so parentheses enclose the whole condition, or a comment hides it.
  if (pieces.length === 1) return /^\(.*\)$/s.test(text) ? split(text.slice(1, -1)) : [text];
  return pieces.flatMap((piece) => split(unwrapped(piece)));
}

/** Turns `(a && b)` into `a && b` and leaves anything else as it is. */
function unwrapped(piece: string): string {
  const text = piece.trim();
  return text.startsWith('(') && text.endsWith(')') && isConjunction(text) ? text.slice(1, -1) : text;
}

function lookUp(name: string, claims: Claims, mapped: Mapped): string | undefined {
  const [space, ...rest] = name.split('.');
  const key = rest.join('.');
  if (space === 'attribute') return mapped.attributes[key];
  if (space === 'google') return key === 'subject' ? mapped.subject : mapped.groups?.join(', ');
  const value = claims[key];
  return value === undefined || value === null ? undefined : String(value).slice(0, 300);
}

/**
 * Says which parts of the condition keep this run out, and why. If none does for certain, it names the parts that only
 * Google can evaluate. Empty if all of them hold.
 */
export function whyRejected(parts: readonly Conjunct[]): string {
  const failed = parts.filter(({ truth }) => truth === 'false' || truth === 'error');
  if (failed.length === 0) return whyUnknown(parts);
  return failed
    .slice(0, 4)
    .map((part) => {
      const seen = part.reads.map(({ name, value }) =>
        value === undefined ? `the token of this run has no ${name}` : `${name} is "${value}"`,
      );
      const cause = seen.length > 0 ? seen.join(', ') : (part.error ?? 'it reads no claim of the token');
      return `The part ${part.text} ${part.truth === 'error' ? 'cannot be evaluated' : 'is false'}: ${cause}.`;
    })
    .join(' ');
}

/** Names the parts that only Google can evaluate. Empty if there are none. */
export const whyUnknown = (parts: readonly Conjunct[]): string =>
  parts
    .filter(({ truth }) => truth === 'unknown')
    .slice(0, 4)
    .map(({ text, error }) => `Only Google can evaluate the part ${text}: ${error}.`)
    .join(' ');
