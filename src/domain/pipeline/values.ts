import { isObject, type Json, jsonText, objectOf, textOf } from '../data/json.ts';
import type { ParameterType, ParameterValue } from './types.ts';

/** Schema 2.1 takes plain values, and an older one takes values with their type. */
export const isTyped = (schema: string): boolean => {
  const [major = 0, minor = 0] = schema.split('.').map(Number);
  return major < 2 || (major === 2 && minor < 1);
};

/** What a person may write for a value of each type. */
export const expectedValue: Readonly<Record<ParameterType, string>> = {
  integer: 'a whole number',
  double: 'a number',
  string: 'text',
  boolean: 'true or false',
  list: 'a list in JSON, such as ["a", "b"]',
  struct: 'an object in JSON, such as {"a": 1}',
};

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** A whole number, however it is written: the compiler writes `3.0` for the default of an integer. */
const whole = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

/** The value that a person wrote. Undefined if it is not of the type. */
export function fromText(type: ParameterType, text: string): ParameterValue | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return number.test(text) ? whole(Number(text)) : undefined;
    case 'double':
      return number.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return structured(type, parsed(text));
  }
}

/** The value in a file: plain, or with its type as older schemas write it. Undefined if it is not of the type. */
export function fromFile(type: ParameterType, raw: Json): ParameterValue | undefined {
  const typed = isObject(raw) && type !== 'struct' ? typedValue(raw) : raw;
  // A template of TFX may keep a value as text.
  if (typeof typed === 'string' && type !== 'string') return fromText(type, typed);
  if (type === 'string') return typeof typed === 'string' ? typed : undefined;
  if (type === 'boolean') return typeof typed === 'boolean' ? typed : undefined;
  if (type === 'integer') return typeof typed === 'number' ? whole(typed) : undefined;
  if (type === 'double') return typeof typed === 'number' && Number.isFinite(typed) ? typed : undefined;
  return structured(type, typed);
}

/** `{intValue: "3"}`, `{constantValue: {…}}` or `{constant: …}` as the value. */
function typedValue(raw: Record<string, Json | undefined>): Json | undefined {
  if (isObject(raw.constantValue)) return typedValue(raw.constantValue);
  if (raw.constant !== undefined) return raw.constant;
  if (raw.intValue !== undefined) return Number(raw.intValue);
  return raw.doubleValue ?? raw.stringValue;
}

function structured(type: ParameterType, value: unknown): ParameterValue | undefined {
  if (type === 'list') return Array.isArray(value) ? value : undefined;
  return isObject(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value for schemas before 2.1, where an integer is sent as text (google.cloud.aiplatform.v1.Value). */
export function typedForm(type: ParameterType, value: ParameterValue): Json {
  if (type === 'integer') return { intValue: String(value) };
  if (type === 'double') return { doubleValue: Number(value) };
  return { stringValue: typeof value === 'string' ? value : jsonText(value as Json) };
}

export const valueText = (value: ParameterValue): string =>
  textOf(value) ?? jsonText(isObject(value) ? objectOf(value) : (value as Json));
