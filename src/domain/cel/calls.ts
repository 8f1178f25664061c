import { inRange } from './operators.ts';
import { matches } from './regex.ts';
import { methods } from './strings.ts';
import { timePart, timestamp } from './times.ts';
import { error, isMap, type Result, typeName, unknown, type Value } from './value.ts';

/** Calls of functions. One that is not known here is unknown and not an error, because Google accepted the text. */

const noOverload = (name: string, on: Value) => error(`${name}() does not take ${typeName(on)}`);

/** `on.name(args)`. */
export function callMethod(on: Value, name: string, args: readonly Value[]): Result {
  if (name === 'matches') return callFunction(name, [on, ...args]);
  if (on instanceof Date) return timePart(on, name, args);
  if (name === 'size' && args.length === 0 && typeof on !== 'string') return size(on);
  if (name === 'join' && Array.isArray(on)) return join(on, args);
  const method = methods.get(name);
  if (!method) return unknown(`the function ${name}() is not evaluated here`);
  if (typeof on !== 'string') return noOverload(name, on);
  return method(on, args) ?? error(`${name}() does not take these arguments`);
}

/** `name(args)`. */
export function callFunction(name: string, args: readonly Value[]): Result {
  const [first, second, ...more] = args;
  if (name === 'matches' && first !== undefined && second !== undefined && more.length === 0)
    return typeof first === 'string' && typeof second === 'string'
      ? matches(first, second)
      : noOverload(name, typeof first === 'string' ? second : first);
  if (first === undefined || second !== undefined)
    return unknown(`the function ${name}() is not evaluated here`);
  switch (name) {
    case 'size':
      return typeof first === 'string' ? BigInt([...first].length) : size(first);
    case 'dyn':
      return first;
    case 'string':
      return toText(first);
    case 'int':
      return toInt(first);
    case 'timestamp':
      if (first instanceof Date) return first;
      return typeof first === 'string' ? timestamp(first) : unknown('timestamp() of a number');
    case 'date':
      return typeof first === 'string' && /^\d{4}-\d\d-\d\d$/.test(first)
        ? timestamp(`${first}T00:00:00Z`)
        : unknown('date() of something else than a day');
    default:
      return unknown(`the function ${name}() is not evaluated here`);
  }
}

function size(on: Value): Result {
  if (Array.isArray(on)) return BigInt(on.length);
  return isMap(on) ? BigInt(Object.keys(on).length) : noOverload('size', on);
}

function join(list: readonly Value[], [by = '', ...more]: readonly Value[]): Result {
  if (typeof by !== 'string' || more.length > 0) return error('join() does not take these arguments');
  const texts = list.filter((item) => typeof item === 'string');
  return texts.length === list.length ? texts.join(by) : error('join() of a list that holds more than texts');
}

function toText(value: Value): Result {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return unknown(`string() of ${typeName(value)}`);
}

function toInt(value: Value): Result {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string')
    return /^[+-]?\d{1,19}$/.test(value)
      ? inRange(BigInt(value.replace(/^\+/, '')))
      : error('int() of no integer');
  return typeof value === 'number' ? unknown('int() of a number') : unknown(`int() of ${typeName(value)}`);
}
