import { isObject, type Json, type JsonObject } from '../../domain/data/json.ts';

/**
 * Readers for answers on which a verdict relies. A field that is absent keeps the default of its proto. A field of another
 * type, or a name that must be there and is not, means that the answer belongs to another question and proves nothing.
 */
export class UnexpectedShape extends Error {}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

const wrong = (at: string, value: unknown, wanted: string): UnexpectedShape =>
  new UnexpectedShape(
    value === undefined ? `${at} is missing from the answer.` : `${at} is ${kindOf(value)}, not ${wanted}.`,
  );

/** A text that has to be there. Every resource has a name, so an answer without one is not that resource. */
export function requiredText(raw: JsonObject, field: string): string {
  const value = raw[field];
  if (typeof value !== 'string' || value === '') throw wrong(field, value, 'a text');
  return value;
}

/** The text, or undefined if the field is absent. */
export function optionalText(raw: JsonObject, field: string): string | undefined {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(field, value, 'a text');
  return value;
}

/** The flag, or false if the field is absent. */
export function optionalFlag(raw: JsonObject, field: string): boolean {
  const value = raw[field] ?? false;
  if (typeof value !== 'boolean') throw wrong(field, value, 'true or false');
  return value;
}

/** The object, or an empty one if the field is absent. */
export function optionalObject(raw: JsonObject, field: string): JsonObject {
  const value = raw[field] ?? {};
  if (!isObject(value)) throw wrong(field, value, 'an object');
  return value;
}

/** The list, or an empty one if the field is absent: the APIs leave empty lists out. */
export function optionalList(raw: JsonObject, field: string): Json[] {
  const value = raw[field] ?? [];
  if (!Array.isArray(value)) throw wrong(field, value, 'a list');
  return value;
}

export function objectsIn(raw: JsonObject, field: string): JsonObject[] {
  return optionalList(raw, field).map((item, index) => {
    if (!isObject(item)) throw wrong(`${field}[${index}]`, item, 'an object');
    return item;
  });
}

export function textsIn(raw: JsonObject, field: string): string[] {
  return optionalList(raw, field).map((item, index) => {
    if (typeof item !== 'string') throw wrong(`${field}[${index}]`, item, 'a text');
    return item;
  });
}

/** The items of one page of a list. An empty list has no field at all, but an object with only other fields is no list. */
export function itemsOf(page: JsonObject, field: string): JsonObject[] {
  const others = Object.keys(page).filter(
    (name) => !/^(nextPageToken|unreachable|unreachableLocations)$/.test(name),
  );
  if (page[field] === undefined && others.length > 0) throw wrong(field, undefined, 'a list');
  return objectsIn(page, field);
}
