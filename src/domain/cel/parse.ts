import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { doubtOf, hasForeignCall } from './doubt.ts';

/** Reads CEL into a tree and finds what cannot be typed. The values are computed in `evaluate.ts`. */

export type Node = ASTNode;

/** The functions that IAM adds to the language or takes from CEL's extension of strings. Only their types matter here. */
const declared = [
  'string.extract(string): string',
  'string.replace(string, string): string',
  'string.replace(string, string, int): string',
  'string.charAt(int): string',
  'date(string): google.protobuf.Timestamp',
  'matches(string, string): bool',
];

let shared: Environment | undefined;
function environment(): Environment {
  if (shared) return shared;
  shared = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  for (const signature of declared)
    shared.registerFunction(signature, () => {
      throw new Error(`${signature} is evaluated elsewhere`);
    });
  return shared.registerVariable('attribute', 'map<string, string>');
}

/** The library reserves the name `google`. An alias of the same length keeps every position in the text. */
const alias = 'g00gle';
export const literal = /([rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))/;
const aliased = (expression: string) =>
  expression
    .split(literal)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/(^|[^\w.])google\b/g, `$1${alias}`)))
    .join('');
const unaliased = (text: string) => text.replaceAll(alias, 'google');

/** The name of a variable as its author wrote it. */
export const variableName = (name: string) => unaliased(name);

const firstLine = (thrown: unknown) =>
  unaliased((thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '').slice(0, 200);

/** Constructs of newer CEL that the library does not parse. A text with one of them may still be right. */
const newer = /[`{]|\.\?|\[\?|(^|[^\w)\]])\.\d/;

export type Parsed =
  | { ok: true; root: Node /** Set if the types cannot be right, so no result is certain. */; doubt?: string }
  | { ok: false; kind: 'error' | 'unknown'; why: string };

/** Parses one expression. Never throws. */
export function parse(expression: string): Parsed {
  const text = aliased(expression);
  let parsed: ReturnType<Environment['parse']>;
  try {
    parsed = environment().parse(text);
  } catch (thrown) {
    const code = text
      .split(literal)
      .filter((_, index) => index % 2 === 0)
      .join('""');
    const limit = (thrown as { code?: unknown }).code === 'limit_exceeded';
    return { ok: false, kind: limit || newer.test(code) ? 'unknown' : 'error', why: firstLine(thrown) };
  }
  const root = parsed.ast;
  try {
    const check = parsed.check();
    const doubt = check.valid || hasForeignCall(root) ? doubtOf(root) : firstLine(check.error);
    return doubt === undefined ? { ok: true, root } : { ok: true, root, doubt };
  } catch (thrown) {
    return { ok: true, root, doubt: firstLine(thrown) };
  }
}
