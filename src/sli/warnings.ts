import { isObject, type Json, jsonText, textOf } from '../domain/data/json.ts';

/**
 * The first thing that an answer warns of, or undefined if it warns of nothing. Makers document a list of texts and some send objects,
 * or one text alone. Whatever the shape, something is missing from the counts.
 */
export function firstWarning(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (first === undefined || first === null || first === '' || first === false) return undefined;
  const { message, detail, title } = isObject(first) ? first : {};
  const text = textOf(first) ?? textOf(message) ?? textOf(detail) ?? textOf(title) ?? jsonText(first as Json);
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
