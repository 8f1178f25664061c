import { callFunction, callMethod } from './calls.ts';
import { combine, loop, loops, type Scope } from './macros.ts';
import { index, inRange, operate, select } from './operators.ts';
import { type Node, type Parsed, parse, variableName } from './parse.ts';
import { error, isMap, Nothing, type Result, typeName, unknown, type Value } from './value.ts';

/**
 * Evaluates CEL as Google does: errors are absorbed by `&&` and `||`, and `matches` is RE2. Each construct that is not
 * known here for certain gives `unknown`, which travels through the expression as CEL's own unknown values do.
 * `test/peers/cel` compares the results with those of Google's own library.
 */

/** Names that an expression may read. A `Nothing` in place of a value makes what reads it unknown. */
export type Variables = Readonly<Record<string, Value | Nothing>>;

/** No condition of IAM needs as many. */
const maxSteps = 50_000;

export function evaluate(expression: string | Parsed, variables: Variables): Result {
  const parsed = typeof expression === 'string' ? parse(expression) : expression;
  if (!parsed.ok) return new Nothing(parsed.kind, parsed.why);
  let steps = 0;
  const run = (node: Node, scope: Scope): Result =>
    ++steps > maxSteps ? unknown('it takes too many steps to try here') : step(node, scope, variables, run);
  const result = run(parsed.root, new Map());
  // The library finds the types impossible. Google would not have accepted the text, or the library is wrong.
  if (parsed.doubt !== undefined && !(result instanceof Nothing)) return unknown(parsed.doubt);
  return result;
}

type Run = (node: Node, scope: Scope) => Result;

/** The values of all nodes, or the reason why there are none. An error in one of them outweighs what is unknown. */
function all(nodes: readonly Node[], scope: Scope, run: Run): Value[] | Nothing {
  const results = nodes.map((node) => run(node, scope));
  const missing = results.filter((result) => result instanceof Nothing);
  return missing.find(({ kind }) => kind === 'error') ?? missing[0] ?? (results as Value[]);
}

function step(node: Node, scope: Scope, variables: Variables, run: Run): Result {
  const given = (nodes: readonly Node[], compute: (...values: Value[]) => Result): Result => {
    const values = all(nodes, scope, run);
    return values instanceof Nothing ? values : compute(...values);
  };
  switch (node.op) {
    case 'value':
      return constant(node.args);
    case 'id':
      return variable(node.args, scope, variables);
    case '.':
      return member(node.args[0], node.args[1], scope, run);
    case '[]':
      return given(node.args, (from, at) => index(from as Value, at as Value));
    case 'list':
      return given(node.args, (...items) => items);
    case 'map':
      return map(node.args, scope, run);
    case '!_':
      return given([node.args], (value) =>
        typeof value === 'boolean' ? !value : error(`! does not take ${typeName(value as Value)}`),
      );
    case '-_':
      // The smallest integer is the negative of a number that is no integer.
      if (node.args.op === 'value' && typeof node.args.args === 'bigint') return inRange(-node.args.args);
      return given([node.args], (value) =>
        typeof value === 'bigint'
          ? inRange(-value)
          : typeof value === 'number'
            ? -value
            : error('- of no number'),
      );
    case '&&':
    case '||':
      return combine(
        node.args.map((operand) => run(operand, scope)),
        node.op === '||',
      );
    case '?:':
      return choose(node.args, scope, run);
    case 'call':
      return node.args[0] === 'has'
        ? has(node.args[1], scope, run)
        : given(node.args[1], (...values) => callFunction(node.args[0], values));
    case 'rcall': {
      const [name, on, args] = node.args;
      if (loops.has(name)) return given([on], (from) => loop(name, from as Value, args, scope, run));
      return given([on, ...args], (from, ...values) => callMethod(from as Value, name, values));
    }
    case '.?':
    case '[?]':
      return unknown('optional values are not evaluated here');
    default:
      return given(node.args, (a, b) => operate(node.op, a as Value, b as Value));
  }
}

function constant(value: unknown): Result {
  const plain = value === null || ['string', 'bigint', 'number', 'boolean'].includes(typeof value);
  if (typeof value === 'bigint') return inRange(value);
  return plain ? (value as Value) : unknown('bytes and unsigned integers are not evaluated here');
}

function variable(name: string, scope: Scope, variables: Variables): Result {
  const local = scope.get(name);
  if (local !== undefined) return local;
  const own = variableName(name);
  const value = Object.hasOwn(variables, own) ? variables[own] : undefined;
  return value === undefined ? unknown(`${own} is not known here`) : value;
}

function member(from: Node, key: string, scope: Scope, run: Run): Result {
  const value = run(from, scope);
  return value instanceof Nothing ? value : select(value, key);
}

/** `has(a.b)`. A field that is null is present for some readers of JSON and absent for others. */
function has([argument]: readonly Node[], scope: Scope, run: Run): Result {
  if (argument?.op !== '.') return error('has() needs a field');
  const from = run(argument.args[0], scope);
  if (from instanceof Nothing) return from;
  if (!isMap(from)) return unknown(`has() of ${typeName(from)}`);
  const value = Object.hasOwn(from, argument.args[1]) ? from[argument.args[1]] : undefined;
  if (value instanceof Nothing) return value;
  return value === null ? unknown('has() of null') : value !== undefined;
}

function map(entries: readonly (readonly [Node, Node])[], scope: Scope, run: Run): Result {
  const keys = all(
    entries.map(([key]) => key),
    scope,
    run,
  );
  const values = all(
    entries.map(([, value]) => value),
    scope,
    run,
  );
  if (keys instanceof Nothing) return keys;
  if (values instanceof Nothing) return values;
  if (!keys.every((key) => typeof key === 'string')) return unknown('a map whose keys are no texts');
  if (new Set(keys).size < keys.length) return error('a map with the same key twice');
  return Object.fromEntries(keys.map((key, at) => [key, values[at] as Value]));
}

/** `a ? b : c`. An unknown condition may be an error, so the result is unknown even if both sides agree. */
function choose([condition, yes, no]: readonly [Node, Node, Node], scope: Scope, run: Run): Result {
  const chosen = run(condition, scope);
  if (chosen === true) return run(yes, scope);
  if (chosen === false) return run(no, scope);
  return chosen instanceof Nothing ? chosen : error(`it is ${typeName(chosen)}, not true or false`);
}
