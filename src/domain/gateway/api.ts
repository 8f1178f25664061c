import { entriesOf, itemsOf, type YamlEntry, type YamlNode } from '../yaml/node.ts';

/** A place in the document. Line and column count from 1. */
export interface At {
  readonly line: number;
  readonly column: number;
}

/** What a gateway would make of a document of OpenAPI 2 or 3. */
export interface Api {
  root: YamlNode;
  version: 2 | 3;
  /** What stands before every path: `/v1`, or nothing. */
  basePath: string;
  schemes: ReadonlyMap<string, Scheme>;
  operations: readonly Operation[];
  backends: readonly Backend[];
  /** Names of the metrics that are declared. */
  metrics: ReadonlySet<string>;
  limits: readonly { name: string; metric: string; value: string; at: At }[];
  /** References that cannot be followed. What stands behind them is not known. */
  problems: readonly { at: At; what: string }[];
}

/** A credential that callers send. */
export interface Scheme {
  name: string;
  node: YamlNode;
  /** `unchecked`: the gateway knows no such credential, so nobody can say that it checks one. */
  kind: 'key' | 'token' | 'unchecked';
  /** Why it is not checked. */
  why?: string;
  /** Where a key is sent. */
  place?: YamlNode | undefined;
  issuer?: string | undefined;
  audiences: readonly string[];
}

export interface Operation {
  path: string;
  /** In lower case. */
  method: string;
  entry: YamlEntry;
  id: string | undefined;
  /** The alternatives that hold for the operation. Undefined: neither it nor the document has any. */
  security: YamlNode | undefined;
  securityEntry: YamlEntry | undefined;
  /** The security is that of the operation, and not that of the document. */
  isOwn: boolean;
  backend: Backend | undefined;
  costs: readonly { metric: string; cost: string; at: At }[];
}

export interface Backend {
  /** The map with its fields. */
  node: YamlNode;
  entry: YamlEntry;
  /** Where the document uses it. OpenAPI 3 names a backend that is declared elsewhere. */
  use: YamlNode;
  /** The name of a backend that is declared nowhere. */
  missing?: string;
  address: YamlNode | undefined;
  audience: YamlNode | undefined;
  /** `disable_auth`, if it is on. */
  off: YamlNode | undefined;
  deadline: YamlNode | undefined;
}

/** Names of the schemes of one alternative. An empty one lets everyone in. */
export const namesOf = (alternative: YamlNode): string[] => entriesOf(alternative).map(({ key }) => key);
export const alternativesOf = (security: YamlNode | undefined): readonly YamlNode[] => itemsOf(security);

export const nameOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): string =>
  `${method.toUpperCase()} ${path}`;

/** Why a caller needs no credential for an operation. Undefined: each alternative asks for one that is defined. */
export function openBecause(api: Api, { security, isOwn }: Operation): string | undefined {
  const whose = isOwn ? 'its security' : 'the security of the document';
  if (!security) return 'neither it nor the document has security';
  if (security.kind !== 'list') return `${whose} is not a list`;
  const all = alternativesOf(security);
  if (all.length === 0) return `${whose} is an empty list`;
  if (all.some((alternative) => namesOf(alternative).length === 0))
    return `one alternative of ${whose} is empty`;
  const missing = all.flatMap(namesOf).find((name) => !api.schemes.has(name));
  return missing === undefined ? undefined : `its scheme ${missing} is not defined`;
}
