import type { Json } from '../data/json.ts';

/** The name of an enum value. Servers may send a number instead, because the client asks for `enum-encoding=int`. */
export function enumText(value: Json | undefined, names: readonly string[]): string {
  if (typeof value === 'number') return names[value] ?? String(value);
  return typeof value === 'string' && value !== '' ? value : (names[0] ?? '');
}
