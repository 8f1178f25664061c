import type { Json } from '../data/json.ts';

/** An enum as its name: servers may send a number where the client asks for `enum-encoding=int`. */
export function enumText(value: Json | undefined, names: readonly string[]): string {
  if (typeof value === 'number') return names[value] ?? String(value);
  return typeof value === 'string' && value !== '' ? value : (names[0] ?? '');
}
