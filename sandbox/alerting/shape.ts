import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidArgument } from '../core/errors.ts';

/** `[]` and `{}` for lists and maps, `$v3 Name` for a message, `enum A B` for words, `*` for what is not described. */
type Type = string;

const { schemas } = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas.json'), 'utf8')) as {
  schemas: Record<string, Record<string, Type>>;
};

const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number' || ['Infinity', '-Infinity'].includes(value as string),
  int64: (value) => /^-?\d+$/.test(String(value)),
  'google-duration': (value) => typeof value === 'string' && /^-?\d+(\.\d{1,9})?s$/.test(value),
  'google-datetime': (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Refuses a body that is not the message, with the words of Google's front end. Messages are those of the discovery documents. */
export function checkBody(message: string, body: unknown, root: string): void {
  const violations: { field: string; description: string }[] = [];
  const check = (type: Type, value: unknown, at: string): unknown => {
    const wrong = () => {
      violations.push({
        field: at,
        description: `Invalid value at '${at}' (${type}), ${JSON.stringify(value)?.slice(0, 80)}`,
      });
    };
    if (value === null || type === '*' || type === 'any') return undefined;
    if (type.startsWith('[]')) {
      if (!Array.isArray(value)) return wrong();
      for (const [index, item] of value.entries()) check(type.slice(2), item, `${at}[${index}]`);
    } else if (type.startsWith('{}')) {
      if (typeof value !== 'object' || Array.isArray(value)) return wrong();
      for (const [key, item] of Object.entries(value)) check(type.slice(2), item, `${at}[${key}]`);
    } else if (type.startsWith('enum ')) {
      if (
        !type
          .split(' ')
          .slice(1)
          .includes(value as string)
      )
        wrong();
    } else if (type.startsWith('$')) {
      if (typeof value !== 'object' || Array.isArray(value)) return wrong();
      const fields = schemas[type.slice(1)] ?? {};
      for (const [field, item] of Object.entries(value)) {
        const inner = Object.hasOwn(fields, field) ? fields[field] : undefined;
        if (inner === undefined)
          violations.push({
            field: at,
            description: `Invalid JSON payload received. Unknown name "${field}" at '${at}': Cannot find field.`,
          });
        else check(inner, item, `${at}.${snake(field)}`);
      }
    } else if (!forms[type]?.(value)) wrong();
    return undefined;
  };
  check(`$${message}`, body, root);
  if (violations.length > 0)
    throw invalidArgument(violations.map(({ description }) => description).join('\n'), violations);
}

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
