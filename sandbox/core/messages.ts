import { readFileSync } from 'node:fs';
import { invalidArgument } from './errors.ts';

/** `[]` and `{}` for lists and maps, `$v3 Name` for a message, `enum A B` for words, `*` for what is not described. */
type Type = string;

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

/** Refuses a body that is not the message. */
export type MessageCheck = (message: string, body: unknown, root: string) => void;

/** Reads messages that were cut from a discovery document. The check refuses with the words of Google's front end. */
export function messagesOf(file: string): MessageCheck {
  const { schemas } = JSON.parse(readFileSync(file, 'utf8')) as {
    schemas: Record<string, Record<string, Type>>;
  };
  return (message, body, root) => checkMessageBody(schemas, message, body, root);
}

function checkMessageBody(
  schemas: Readonly<Record<string, Record<string, Type>>>,
  message: string,
  body: unknown,
  root: string,
): void {
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
