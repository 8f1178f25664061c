import { invalidArgument } from './errors.ts';
import {
  loadProtos,
  type ProtoField,
  type ProtoMessage,
  type ProtoPackage,
  type Protos,
} from './proto-load.ts';

/**
 * Checks JSON bodies against Google's protos as its front end does (protobuf.dev "ProtoJSON"). Names may be in camelCase
 * or as in the .proto, enums may be names or numbers, and unknown names are refused.
 */

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

interface Violation {
  field: string;
  description: string;
}

const integers = new Set(['int32', 'uint32', 'sint32', 'fixed32', 'sfixed32']);
const longs = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);

/** The well-known types whose JSON form is not an object with the message's fields. */
const wellKnown: Readonly<Record<string, (value: unknown) => boolean>> = {
  'google.protobuf.Timestamp': (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  'google.protobuf.Duration': (value) => typeof value === 'string' && /^-?\d+(\.\d{1,9})?s$/.test(value),
  'google.protobuf.FieldMask': (value) => typeof value === 'string',
  'google.protobuf.Struct': (value) => typeof value === 'object' && !Array.isArray(value),
  'google.protobuf.Value': () => true,
  'google.protobuf.ListValue': (value) => Array.isArray(value),
  'google.protobuf.Any': (value) => typeof value === 'object',
  'google.protobuf.BoolValue': (value) => typeof value === 'boolean',
  'google.protobuf.StringValue': (value) => typeof value === 'string',
  'google.protobuf.Int32Value': (value) => Number.isInteger(Number(value)),
  'google.protobuf.Int64Value': (value) => Number.isInteger(Number(value)),
};

class Checker {
  readonly violations: Violation[] = [];
  readonly #protos: Protos;
  readonly #dropOutputOnly: boolean;

  constructor(protos: Protos, dropOutputOnly: boolean) {
    this.#protos = protos;
    this.#dropOutputOnly = dropOutputOnly;
  }

  #bad(field: string, type: string, value: unknown): undefined {
    const shown =
      typeof value === 'string' ? `"${value.slice(0, 100)}"` : JSON.stringify(value)?.slice(0, 100);
    this.violations.push({ field, description: `Invalid value at '${field}' (${type}), ${shown}` });
  }

  message(type: ProtoMessage, value: unknown, path: string): Record<string, unknown> | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.#bad(path, `type.googleapis.com/${type.fullName}`, value);
    const out: Record<string, unknown> = {};
    for (const [name, content] of Object.entries(value)) {
      const key = Object.hasOwn(type.fields, name) ? name : camelCase(name);
      const field = Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
      if (!field) {
        const at = path ? ` at '${path}'` : '';
        this.violations.push({
          field: path,
          description: `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`,
        });
        continue;
      }
      if (content === null) continue;
      if (this.#dropOutputOnly && field.options?.['(google.api.field_behavior)'] === 'OUTPUT_ONLY') continue;
      const inside = path ? `${path}.${snakeCase(key)}` : snakeCase(key);
      out[key] = this.#field(field, content, inside, type.fullName);
    }
    return out;
  }

  #field(field: ProtoField, value: unknown, path: string, scope: string): unknown {
    if (field.keyType) {
      if (typeof value !== 'object' || Array.isArray(value)) return this.#bad(path, 'Map', value);
      const entries = Object.entries(value as object).map(([key, item]) => [
        key,
        this.#single(field, item, `${path}[${key}]`, scope),
      ]);
      return Object.fromEntries(entries);
    }
    if (field.rule === 'repeated') {
      // Like protobuf's parser, the front end accepts a single value in place of a list.
      const items = Array.isArray(value) ? value : [value];
      return items.map((item, i) => this.#single(field, item, `${path}[${i}]`, scope));
    }
    return this.#single(field, value, path, scope);
  }

  #single(field: ProtoField, value: unknown, path: string, scope: string): unknown {
    const type = field.type;
    const tag = `TYPE_${type.toUpperCase()}`;
    if (type === 'string') return typeof value === 'string' ? value : this.#bad(path, tag, value);
    if (type === 'bytes') return typeof value === 'string' ? value : this.#bad(path, tag, value);
    if (type === 'bool') return typeof value === 'boolean' ? value : this.#bad(path, tag, value);
    if (integers.has(type) || type === 'double' || type === 'float') {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const fits =
        typeof number === 'number' && (integers.has(type) ? Number.isInteger(number) : !Number.isNaN(number));
      return fits ? number : this.#bad(path, tag, value);
    }
    if (longs.has(type)) return /^-?\d+$/.test(String(value)) ? String(value) : this.#bad(path, tag, value);
    const resolved = this.#protos.resolve(type, scope);
    if (resolved && 'values' in resolved) return this.#enumeration(resolved, value, path);
    const fullName = resolved?.message.fullName ?? type;
    const form = wellKnown[fullName];
    if (form) return form(value) ? value : this.#bad(path, `type.googleapis.com/${fullName}`, value);
    return resolved ? this.message(resolved.message, value, path) : this.#bad(path, type, value);
  }

  #enumeration(
    type: { values: Readonly<Record<string, number>>; fullName: string },
    value: unknown,
    path: string,
  ): unknown {
    if (typeof value === 'string' && Object.hasOwn(type.values, value)) return value;
    const name = Object.keys(type.values).find((key) => type.values[key] === value);
    return name ?? this.#bad(path, `type.googleapis.com/${type.fullName}`, value);
  }
}

export interface CheckOptions {
  /** The request field that the body holds, such as `function` in UpdateFunctionRequest, or '' for the whole request. */
  at?: string;
  /** Drop fields marked OUTPUT_ONLY, as servers do with what clients send. Default false. */
  dropOutputOnly?: boolean;
}

/**
 * Returns the body with camelCase names, enums as names and int64 as strings, without nulls. Throws Google's 400, which
 * lists every violation.
 */
export function checkMessage(
  name: ProtoPackage,
  fullName: string,
  body: unknown,
  options: CheckOptions = {},
): Record<string, unknown> {
  const protos = loadProtos(name);
  const checker = new Checker(protos, options.dropOutputOnly ?? false);
  const out = checker.message(protos.message(fullName), body, options.at ?? '');
  if (checker.violations.length)
    throw invalidArgument(
      checker.violations.map(({ description }) => description).join('\n'),
      checker.violations,
    );
  return out ?? {};
}

/**
 * Splits the paths of an update mask into camelCase segments. Empty paths are dropped, since gcloud sends them. `*` gives
 * `['*']`. A map key may follow a map field. Throws Google's 400 if the message has no such path.
 */
export function checkMask(name: ProtoPackage, fullName: string, mask: string | null | undefined): string[][] {
  const protos = loadProtos(name);
  const paths = (mask ?? '').split(',').map((path) => path.trim());
  return paths.filter((path) => path !== '').map((path) => maskPath(protos, protos.message(fullName), path));
}

function maskPath(protos: Protos, root: ProtoMessage, path: string): string[] {
  if (path === '*') return ['*'];
  const wrong = () =>
    invalidArgument(`Invalid field mask path '${path}'.`, [
      { field: 'update_mask', description: `Cannot find the field of path '${path}'.` },
    ]);
  const out: string[] = [];
  let message: ProtoMessage | undefined = root;
  let inMap = false;
  for (const segment of path.split('.')) {
    if (inMap) {
      out.push(segment);
      continue;
    }
    const key = camelCase(segment);
    const field: ProtoField | undefined =
      message && Object.hasOwn(message.fields, key) ? message.fields[key] : undefined;
    if (!message || !field) throw wrong();
    out.push(key);
    if (field.rule === 'repeated' && out.length < path.split('.').length) throw wrong();
    inMap = field.keyType !== undefined || field.type === 'google.protobuf.Struct';
    const resolved = protos.resolve(field.type, message.fullName);
    message = resolved && 'message' in resolved ? resolved.message : undefined;
  }
  return out;
}
