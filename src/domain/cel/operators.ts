import { compareText, equal, error, isMap, type Result, typeName, unknown, type Value } from './value.ts';

/** The operators of CEL on values that are known. */

const noOverload = (operator: string, a: Value, b: Value) =>
  error(`${operator} does not take ${typeName(a)} and ${typeName(b)}`);

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;
export const inRange = (value: bigint): Result =>
  value < minInt || value > maxInt ? error('the integer overflows') : value;

/** Negative, zero or positive. Undefined if CEL has no order for the two. */
function order(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if ((typeof a === 'bigint' || typeof a === 'number') && (typeof b === 'bigint' || typeof b === 'number'))
    return a < b ? -1 : a > b ? 1 : 0;
  return undefined;
}

function add(a: Value, b: Value): Result {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  return arithmetic('+', a, b);
}

function arithmetic(operator: string, a: Value, b: Value): Result {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (operator === '+') return inRange(a + b);
    if (operator === '-') return inRange(a - b);
    if (operator === '*') return inRange(a * b);
    if (b === 0n) return error('a division by zero');
    return operator === '/' ? inRange(a / b) : a % b;
  }
  // Whether a number of a token is an integer or a double is Google's own choice.
  if (typeof a === 'number' || typeof b === 'number' || a instanceof Date || b instanceof Date)
    return unknown(`${operator} is not computed for ${typeName(a)} and ${typeName(b)}`);
  return noOverload(operator, a, b);
}

function contained(item: Value, container: Value): Result {
  if (Array.isArray(container)) return container.some((other) => equal(item, other));
  if (isMap(container)) return typeof item === 'string' && Object.hasOwn(container, item);
  return noOverload('in', item, container);
}

export function operate(operator: string, a: Value, b: Value): Result {
  switch (operator) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case 'in':
      return contained(a, b);
    case '+':
      return add(a, b);
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, a, b);
  }
  const compared = order(a, b);
  if (compared === undefined) return noOverload(operator, a, b);
  if (operator === '<') return compared < 0;
  if (operator === '<=') return compared <= 0;
  if (operator === '>') return compared > 0;
  if (operator === '>=') return compared >= 0;
  return unknown(`the operator ${operator} is not known here`);
}

/** `map.key` and `map['key']`. */
export function select(from: Value, key: string): Result {
  if (!isMap(from)) return error(`${typeName(from)} has no field ${key}`);
  const value = Object.hasOwn(from, key) ? from[key] : undefined;
  return value === undefined ? error(`no such key: ${key}`) : value;
}

export function index(from: Value, at: Value): Result {
  if (isMap(from) && typeof at === 'string') return select(from, at);
  if (Array.isArray(from) && typeof at === 'bigint') {
    const value = at < 0n || at >= BigInt(from.length) ? undefined : from[Number(at)];
    return value === undefined ? error(`index out of range: ${at}`) : value;
  }
  if (Array.isArray(from) && typeof at === 'number') return unknown('an index that may be no integer');
  if (isMap(from)) return error(`no such key: ${String(at)}`);
  return error(`${typeName(from)} has no index`);
}
