/**
 * The values of CEL. An integer is a `bigint`. A number of a JSON document is a `number`, as a double is. A timestamp is
 * a `Date`. Everything else that CEL knows (bytes, unsigned integers, durations, types) is not evaluated here.
 */
export type Value =
  | string
  | bigint
  | number
  | boolean
  | null
  | Date
  | Value[]
  | { readonly [key: string]: Result | undefined };

/**
 * Why an expression has no value. `error`: Google cannot evaluate it either. `unknown`: only Google knows, because this
 * evaluator does not know the construct for certain.
 */
export class Nothing {
  readonly kind: 'error' | 'unknown';
  readonly why: string;

  constructor(kind: 'error' | 'unknown', why: string) {
    this.kind = kind;
    this.why = why;
  }
}

export type Result = Value | Nothing;

export const error = (why: string) => new Nothing('error', why);
export const unknown = (why: string) => new Nothing('unknown', why);

/** A map may hold a `Nothing` in place of a value that only Google knows. */
export const isMap = (value: Result): value is { readonly [key: string]: Result | undefined } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Nothing);

/** The name of the value's type, for people. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a timestamp';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'object' ? 'a map' : 'a number';
}

const isNumeric = (value: Value) => typeof value === 'bigint' || typeof value === 'number';

/** CEL's equality: values of different types are different, and numbers are equal across their types. */
export function equal(a: Value, b: Value): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: the one comparison of a bigint with a number that loses nothing
  if (isNumeric(a) && isNumeric(b)) return a == b;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => equal(item, b[index] as Value));
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Value, b[key] as Value))
    );
  }
  return typeof a === typeof b && a === b;
}

/** Compares texts by code points, as CEL does. The engine's own order is that of UTF-16. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
