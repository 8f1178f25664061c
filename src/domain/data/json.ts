/** JSON as Cloud Functions sends it; the plan reads nothing else. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

export const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** The value at a dotted path such as `serviceConfig.timeoutSeconds`. */
export function valueAt(root: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = root;
  for (const name of path.split('.'))
    value = Object.hasOwn(objectOf(value), name) ? objectOf(value)[name] : undefined;
  return value;
}

/** Sets the value at a dotted path, making the objects on the way. */
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
