import { type JsonObject, objectOf } from '../data/json.ts';

/** A field of the entries that the code itself logs, one a request, and when it is bad. */
export interface LogField {
  /** Such as `jsonPayload.ocr.confidence`. */
  field: string;
  /** A number below this is bad. */
  below?: number | undefined;
  /** A number above this is bad. */
  above?: number | undefined;
  /** This very value is bad. */
  equals?: string | number | boolean | undefined;
  /** A text without a letter, or a list without an item, is bad. */
  empty?: true | undefined;
}

/** `absent`: this entry has no such field. `wrong`: the field has a type that the condition cannot judge. */
export type FieldVerdict = 'good' | 'bad' | 'absent' | 'wrong';

/** A path below jsonPayload, of names that need no quotes in a filter of Cloud Logging. */
export const fieldPattern = /^jsonPayload(\.[A-Za-z_]\w{0,60}){1,8}$/;

export const conditions = ['below', 'above', 'equals', 'empty'] as const;

/** Judges the payload of one entry. A value that is not of the expected type is never good. */
export function judgeField(
  payload: JsonObject,
  { field, below, above, equals, empty }: LogField,
): FieldVerdict {
  let value: unknown = payload;
  for (const name of field.split('.').slice(1)) {
    const within = objectOf(value as JsonObject);
    // Names such as `constructor` are fields of every object in JavaScript.
    value = Object.hasOwn(within, name) ? within[name] : undefined;
  }
  if (value === undefined) return 'absent';
  if (below !== undefined || above !== undefined) {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'wrong';
    return (below !== undefined && value < below) || (above !== undefined && value > above) ? 'bad' : 'good';
  }
  if (empty) {
    if (typeof value === 'string') return value.trim() === '' ? 'bad' : 'good';
    return Array.isArray(value) ? (value.length === 0 ? 'bad' : 'good') : 'wrong';
  }
  if (typeof value !== typeof equals) return 'wrong';
  return value === equals ? 'bad' : 'good';
}

/** `jsonPayload.ocr.confidence below 0.6`, as a person reads it. */
export function conditionText({ field, below, above, equals, empty }: LogField): string {
  if (below !== undefined) return `${field} below ${below}`;
  if (above !== undefined) return `${field} above ${above}`;
  return empty ? `an empty ${field}` : `${field} = ${JSON.stringify(equals)}`;
}
