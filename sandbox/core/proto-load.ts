import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extraFields } from './proto-extra.ts';

/** protobuf.js JSON descriptors, as Google's npm clients ship them (`build/protos/protos.json`). */
export interface ProtoField {
  type: string;
  id?: number;
  rule?: 'repeated';
  keyType?: string;
  options?: Record<string, unknown>;
}

export interface ProtoMessage {
  fullName: string;
  /** The fields by their camelCase names. */
  fields: Readonly<Record<string, ProtoField>>;
}

interface Node {
  fields?: Record<string, ProtoField>;
  values?: Record<string, number>;
  nested?: Record<string, Node>;
}

const files = {
  functions: '@google-cloud/functions/build/protos/protos.json',
  run: '@google-cloud/run/build/protos/protos.json',
  // The npm client of Vertex AI is large, so only what is served here is kept.
  pipelines: '../vertex/pipelines/protos.json',
} as const;
export type ProtoPackage = keyof typeof files;

/** Messages and enums of one file. */
export class Protos {
  readonly #messages = new Map<string, ProtoMessage>();
  readonly #enums = new Map<string, Readonly<Record<string, number>>>();

  constructor(root: Node) {
    this.#collect(root, '');
    for (const { message, field, type, repeated } of extraFields) {
      const fields = this.#messages.get(message)?.fields as Record<string, ProtoField> | undefined;
      if (fields) fields[field] ??= repeated ? { type, rule: 'repeated' } : { type };
    }
  }

  #collect(node: Node, name: string): void {
    if (node.fields) this.#messages.set(name, { fullName: name, fields: node.fields });
    if (node.values) this.#enums.set(name, node.values);
    for (const [key, child] of Object.entries(node.nested ?? {}))
      this.#collect(child, name ? `${name}.${key}` : key);
  }

  message(fullName: string): ProtoMessage {
    const found = this.#messages.get(fullName);
    if (!found) throw new Error(`no message ${fullName} in the npm protos`);
    return found;
  }

  /** Resolves a type name as protobuf does: from the scope of the field outwards. */
  resolve(
    type: string,
    scope: string,
  ): { message: ProtoMessage } | { values: Readonly<Record<string, number>>; fullName: string } | undefined {
    for (let outer = scope; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))) {
      const name = outer ? `${outer}.${type}` : type;
      const message = this.#messages.get(name);
      if (message) return { message };
      const values = this.#enums.get(name);
      if (values) return { values, fullName: name };
      if (!outer) return undefined;
    }
  }
}

const loaded = new Map<ProtoPackage, Protos>();
const require = createRequire(import.meta.url);

export function loadProtos(name: ProtoPackage): Protos {
  let protos = loaded.get(name);
  if (!protos) {
    const path = require.resolve(files[name]);
    protos = new Protos(JSON.parse(readFileSync(path, 'utf8')) as Node);
    loaded.set(name, protos);
  }
  return protos;
}
