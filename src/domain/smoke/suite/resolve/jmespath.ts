import {
  compile,
  type InputSignature,
  type JSONValue,
  TreeInterpreter,
  TYPE_ANY,
  TYPE_ARRAY,
  TYPE_ARRAY_ARRAY,
  TYPE_ARRAY_NUMBER,
  TYPE_ARRAY_OBJECT,
  TYPE_ARRAY_STRING,
  TYPE_BOOLEAN,
  TYPE_EXPREF,
  TYPE_NULL,
  TYPE_NUMBER,
  TYPE_OBJECT,
  TYPE_STRING,
  tokenize,
} from '@jmespath-community/jmespath';
import { isObject } from '../../../data/json.ts';
import { nearest } from '../../../data/nearest.ts';
import type { Report } from '../problem.ts';

/** The library's own table, so that a new version of it cannot disagree with this check. */
const functions = TreeInterpreter.runtime._functionTable;
type Types = readonly InputSignature['types'][number][];

interface Call {
  name: string;
  args: readonly unknown[];
}

/** The calls in an expression, in the order in which they stand in it. A literal is data and holds none. */
function callsIn(node: unknown): Call[] {
  if (Array.isArray(node)) return node.flatMap(callsIn);
  if (!isObject(node) || node.type === 'Literal') return [];
  const { type, name, children, left, condition, right, ...rest } = node;
  const own =
    type === 'Function' && typeof name === 'string' && Array.isArray(children)
      ? [{ name, args: children }]
      : [];
  return [...own, ...[children, left, condition, right, ...Object.values(rest)].flatMap(callsIn)];
}

/** Where each call's name begins, by name. Counted from 1. */
function positionsIn(expression: string): Map<string, number[]> {
  const tokens = tokenize(expression);
  const found = new Map<string, number[]>();
  for (const [i, { type, value, start }] of tokens.entries())
    if (type === 'UnquotedIdentifier' && tokens[i + 1]?.type === 'Lparen' && typeof value === 'string')
      found.set(value, [...(found.get(value) ?? []), start + 1]);
  return found;
}

const arrays: Types = [TYPE_ARRAY, TYPE_ARRAY_ARRAY, TYPE_ARRAY_NUMBER, TYPE_ARRAY_OBJECT, TYPE_ARRAY_STRING];

/** The types that a literal fits. */
function typesOf(value: JSONValue): Types {
  if (value === null) return [TYPE_NULL];
  if (typeof value === 'string') return [TYPE_STRING];
  if (typeof value === 'number') return [TYPE_NUMBER];
  if (typeof value === 'boolean') return [TYPE_BOOLEAN];
  return Array.isArray(value) ? arrays : [TYPE_OBJECT];
}

/** Why an argument can never fit; undefined if it may, because its value comes with the answer. */
function argumentProblem(arg: unknown, allowed: Types): string | undefined {
  if (!isObject(arg) || allowed.includes(TYPE_ANY)) return undefined;
  const isReference = arg.type === 'ExpressionReference';
  if (allowed.includes(TYPE_EXPREF)) return isReference ? undefined : 'must be an expression such as &name';
  if (isReference) return 'must be a value, not an expression with &';
  if (arg.type !== 'Literal') return undefined;
  const types = typesOf(arg.value as JSONValue);
  return allowed.some((type) => types.includes(type))
    ? undefined
    : 'has a type that the function does not take';
}

function callProblem({ name, args }: Call): string | undefined {
  if (!Object.hasOwn(functions, name)) {
    const near = nearest(name, Object.keys(functions));
    return `no function has the name ${name.slice(0, 40)}${near ? `: did you mean ${near}?` : ''}`;
  }
  const signature = functions[name]?._signature ?? [];
  const least = signature.filter(({ optional }) => !optional).length;
  const most = signature.at(-1)?.variadic ? Number.POSITIVE_INFINITY : signature.length;
  if (args.length < least || args.length > most) {
    const wanted = most === least ? `${least}` : most > 99 ? `at least ${least}` : `${least} to ${most}`;
    return `${name} takes ${wanted} argument${/(^|least )1$/.test(wanted) ? '' : 's'}, not ${args.length}`;
  }
  for (const [i, arg] of args.entries()) {
    const problem = argumentProblem(arg, (signature[i] ?? signature.at(-1))?.types ?? [TYPE_ANY]);
    if (problem) return `argument ${i + 1} of ${name} ${problem}`;
  }
  return undefined;
}

/** Why an expression can never give a value. Undefined if it can. */
function problemIn(expression: string): string | undefined {
  let calls: Call[];
  try {
    calls = callsIn(compile(expression));
  } catch (error) {
    return (error as Error).message;
  }
  const positions = positionsIn(expression);
  const seen = new Map<string, number>();
  for (const call of calls) {
    const nth = seen.get(call.name) ?? 0;
    seen.set(call.name, nth + 1);
    const problem = callProblem(call);
    if (problem === undefined) continue;
    const at = positions.get(call.name)?.[nth];
    return at === undefined ? problem : `at character ${at}, ${problem}`;
  }
  return undefined;
}

/** Reports an expression that is not JMESPath, or that calls a function which does not exist or does not take these arguments. */
export function checkJmespath(expression: string | undefined, path: PropertyKey[], report: Report): void {
  const problem = expression === undefined ? undefined : problemIn(expression);
  if (problem !== undefined)
    report(path, `${(expression ?? '').slice(0, 60)} is not JMESPath: ${problem.replace(/\.$/, '')}.`);
}
