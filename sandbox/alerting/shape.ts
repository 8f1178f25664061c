import { join } from 'node:path';
import { invalidArgument } from '../core/errors.ts';
import { messagesOf } from '../core/messages.ts';

/** Refuses a body that is not the message of a discovery document (schemas.json). */
export const checkBody = messagesOf(join(import.meta.dirname, 'schemas.json'));

/** google.api labels: lower-case letters, digits, _ and -; at most 64 of at most 63 characters. */
export function checkLabels(labels: unknown, field: string): void {
  const entries = Object.entries((labels ?? {}) as Record<string, string>);
  if (entries.length > 64) throw invalidArgument(`Field ${field} has more than 64 entries.`);
  for (const [key, value] of entries)
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value))
      throw invalidArgument(
        `Field ${field} had an invalid value of "${key}: ${value}": labels may contain lowercase letters, numbers, underscores, and dashes.`,
      );
}

/** The fields of an update mask, whose names are in either case. Without a mask, all fields of the body. */
export function maskedFields(mask: string | null, body: Record<string, unknown>): string[] {
  if (mask === null || mask === '') return Object.keys(body);
  return mask
    .split(',')
    .map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

/** Without the fields that protobuf's JSON leaves out because they have their default. */
export function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, withoutDefaults(inner)] as const)
      .filter(
        ([, inner]) =>
          inner !== 0 &&
          inner !== '' &&
          inner !== false &&
          inner !== null &&
          !(Array.isArray(inner) && inner.length === 0),
      ),
  );
}
