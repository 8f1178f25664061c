/**
 * JSON of an API, a file or an environment variable: values whose shape is not known. The functions below narrow them.
 * None of them throws, and each has one meaning for a value of the wrong type.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object, or an empty one. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
/** The list, or an empty one. */
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value : []);
/** The text, or undefined. An empty text is undefined too, because APIs send empty texts for fields that are not set. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
/** The text, or an empty one. */
export const textOrEmpty = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The texts in a list. Items of other types are left out. */
export const textsOf = (value: unknown): string[] => listOf(value).filter((item) => typeof item === 'string');
/** The entries of an object that are texts, such as labels and annotations. */
export const textMapOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(objectOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );

/** The value at a dotted path such as `serviceConfig.timeoutSeconds`. */
export function valueAt(root: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = root;
  for (const name of path.split('.'))
    value = Object.hasOwn(objectOf(value), name) ? objectOf(value)[name] : undefined;
  return value;
}

/** Sets the value at a dotted path and creates the objects that are missing on the way. */
export function setAt(root: JsonObject, path: string, value: Json): void {
  const names = path.split('.');
  let at = root;
  for (const name of names.slice(0, -1)) {
    const next = objectOf(at[name]);
    at[name] = next;
    at = next;
  }
  at[names.at(-1) ?? ''] = value;
}

/** JSON with sorted keys and without undefined: equal values give equal texts. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const pairs = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** JSON for a message. A hostile answer can be nested more deeply than the engine can write. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}
