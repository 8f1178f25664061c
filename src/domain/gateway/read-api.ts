import { entriesOf, entryOf, itemsOf, nodeAt, textAt, type YamlEntry, type YamlNode } from '../yaml/node.ts';
import type { Api, Backend, Operation, Scheme } from './api.ts';
import { type Followed, follow } from './reference.ts';

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** More than any API has. References and aliases can make very many of a short document. */
const maxOperations = 20_000;
/** Of one security, with all its alternatives. */
const maxNames = 500;
/** Of one operation. */
const maxKeys = 500;
const maxMetrics = 100;

/** The version that a document says it has. Undefined: it is no document of OpenAPI 2 or 3, or it says that it is both. */
export function versionOf(root: YamlNode): 2 | 3 | undefined {
  const isThree = /^3\.\d/.test(textAt(root, 'openapi') ?? '');
  if (textAt(root, 'swagger') !== '2.0') return isThree ? 3 : undefined;
  return entryOf(root, 'openapi') ? undefined : 2;
}

/** Reads what a gateway would make of a document. Undefined: it is no document of OpenAPI 2 or 3. */
export function readApi(root: YamlNode): Api | undefined {
  const version = versionOf(root);
  if (version === undefined) return undefined;
  const problems: Api['problems'][number][] = [];
  /** A reference that leads nowhere is told where it stands, once. */
  const told = new Set<string>();
  const note = (at: YamlNode, what: string) => {
    const key = `${at.line}:${at.column}`;
    if (!told.has(key)) problems.push({ at, what });
    told.add(key);
  };
  const followed = (node: YamlNode | undefined): Followed => {
    const found = follow(root, node);
    if (found.problem && node) note(node, found.problem);
    return found;
  };
  const schemes = new Map<string, Scheme>();
  const listed =
    version === 2 ? nodeAt(root, 'securityDefinitions') : nodeAt(root, 'components', 'securitySchemes');
  for (const { key, value } of entriesOf(listed))
    schemes.set(key, schemeOf(key, followed(value).node ?? value, version));
  const backends = new Map<YamlNode, Backend>();
  const backendOf = (entry: YamlEntry | undefined): Backend | undefined => {
    if (!entry) return undefined;
    const known = backends.get(entry.value);
    if (known) return known;
    const made = readBackend(root, entry);
    backends.set(entry.value, made);
    return made;
  };
  /** A security that is too long counts as none, and the document is refused. */
  const lengths = new Map<YamlNode, boolean>();
  const judged = (entry: YamlEntry | undefined): YamlEntry | undefined => {
    if (!entry) return undefined;
    const { value } = entry;
    const isLong =
      lengths.get(value) ??
      itemsOf(value).reduce((sum, item) => sum + 1 + entriesOf(item).length, 0) > maxNames;
    lengths.set(value, isLong);
    if (isLong) note(value, `a security has more than ${maxNames} names`);
    return isLong ? undefined : entry;
  };
  const quota = entryOf(root, 'x-google-quota');
  const shared = { security: judged(entryOf(root, 'security')), backend: entryOf(root, 'x-google-backend') };
  backendOf(shared.backend);
  const operations: Operation[] = [];
  for (const { key: path, value } of entriesOf(nodeAt(root, 'paths'))) {
    if (path.startsWith('x-')) continue;
    const item = entryOf(value, '$ref') ? followed(value).entries : entriesOf(value);
    const own = new Map(item.map((entry) => [entry.key, entry]));
    for (const entry of item) {
      const method = entry.key.toLowerCase();
      if (!methods.includes(method)) continue;
      // Google follows references of an operation or ignores them. Either way, what is read here would be another one.
      if (entryOf(entry.value, '$ref')) note(entry.value, `${method} ${path} is a reference`);
      if (entriesOf(entry.value).length > maxKeys) {
        note(entry.value, `an operation has more than ${maxKeys} keys`);
        continue;
      }
      if (operations.length >= maxOperations) {
        note(root, `the document has more than ${maxOperations} operations`);
        break;
      }
      const security = judged(entryOf(entry.value, 'security'));
      const backend = entryOf(entry.value, 'x-google-backend') ?? own.get('x-google-backend');
      operations.push({
        path,
        method,
        entry,
        id: textAt(entry.value, 'operationId'),
        security: (security ?? shared.security)?.value,
        securityEntry: security ?? shared.security,
        isOwn: security !== undefined,
        backend: backendOf(backend ?? shared.backend),
        costs: costsOf(entry.value, quota, note),
      });
    }
  }
  // A backend that no operation uses is still part of the configuration.
  const named = entriesOf(nodeAt(root, 'x-google-api-management', 'backends'));
  const used = new Set([...backends.values()].map(({ node }) => node));
  for (const entry of named) if (!used.has(entry.value)) backends.set(entry.value, fieldsOf(entry));
  return {
    root,
    version,
    basePath: basePathOf(root, version),
    schemes,
    operations,
    backends: [...backends.values()],
    metrics: metricsOf(root),
    limits: limitsOf(root),
    problems,
  };
}

/** OpenAPI 2 has a field for it, and OpenAPI 3 the path of the one server that is marked. API Gateway ignores all others. */
function basePathOf(root: YamlNode, version: 2 | 3): string {
  const marked = itemsOf(nodeAt(root, 'servers')).find((one) => entryOf(one, 'x-google-endpoint'));
  const server = textAt(marked, 'url') ?? '';
  const path = version === 2 ? (textAt(root, 'basePath') ?? '') : server.replace(/^[a-z]+:\/\/[^/]*/i, '');
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  const bare = path.slice(0, end);
  return bare.startsWith('/') && !bare.includes('{') ? bare : '';
}

function schemeOf(name: string, node: YamlNode, version: 2 | 3): Scheme {
  const type = textAt(node, 'type');
  if (type === 'apiKey') {
    const place = textAt(node, 'in');
    const key = textAt(node, 'name') ?? '';
    const isRead =
      (place === 'header' && key.toLowerCase() === 'x-api-key') ||
      (place === 'query' && (key === 'key' || key === 'api_key'));
    return {
      name,
      node,
      kind: isRead ? 'key' : 'unchecked',
      place: nodeAt(node, 'in'),
      audiences: [],
      ...(isRead ? {} : { why: `a key in ${place ?? 'no place'} with the name ${key || '(none)'}` }),
    };
  }
  const auth = version === 3 ? nodeAt(node, 'x-google-auth') : undefined;
  // Each version has fields of its own, and a gateway does not read those of the other.
  const issuer = version === 3 ? textAt(auth, 'issuer') : textAt(node, 'x-google-issuer');
  const stated = version === 3 ? nodeAt(auth, 'audiences') : nodeAt(node, 'x-google-audiences');
  const audiences =
    stated?.kind === 'list'
      ? itemsOf(stated).flatMap((item) => (item.kind === 'text' ? [item.text] : []))
      : stated?.kind === 'text'
        ? stated.text.split(',').map((text) => text.trim())
        : [];
  const isToken = issuer !== undefined && issuer !== '' && type !== 'basic';
  return {
    name,
    node,
    kind: isToken ? 'token' : 'unchecked',
    audiences: audiences.filter((text) => text !== ''),
    ...(isToken ? { issuer } : { why: type === undefined ? 'no type' : `type ${type} without an issuer` }),
  };
}

function readBackend(root: YamlNode, entry: YamlEntry): Backend {
  if (entry.value.kind !== 'text' || entry.value.type === 'null') return fieldsOf(entry);
  const named = entryOf(nodeAt(root, 'x-google-api-management', 'backends'), entry.value.text);
  return named
    ? { ...fieldsOf(named), use: entry.value }
    : { ...fieldsOf(entry), missing: entry.value.text, use: entry.value };
}

/** OpenAPI 2 spells the fields with underscores, OpenAPI 3 in camel case. */
function fieldsOf(entry: YamlEntry): Backend {
  const { value: node } = entry;
  const first = (...names: string[]) => names.map((name) => nodeAt(node, name)).find((found) => found);
  const off = first('disable_auth', 'disableAuth');
  const audience = first('jwt_audience', 'jwtAudience');
  return {
    node,
    entry,
    use: node,
    address: nodeAt(node, 'address'),
    audience,
    off: off?.kind === 'text' && /^(true|yes|on)$/i.test(off.text) ? off : undefined,
    deadline: first('deadline'),
  };
}

/** The metrics that one call of an operation spends. */
function costsOf(
  operation: YamlNode,
  shared: YamlEntry | undefined,
  note: (at: YamlNode, what: string) => void,
): Operation['costs'] {
  const entry = entryOf(operation, 'x-google-quota') ?? shared;
  const costs = nodeAt(entry?.value, 'metricCosts') ?? entry?.value;
  const all = entriesOf(costs);
  if (costs && all.length > maxMetrics) {
    note(costs, `a quota has more than ${maxMetrics} metrics`);
    return [];
  }
  return all.map(({ key, keyLine, keyColumn, value }) => ({
    metric: key,
    cost: value.kind === 'text' ? value.text : '',
    at: { line: keyLine, column: keyColumn },
  }));
}

const management = (root: YamlNode): YamlNode | undefined =>
  nodeAt(root, 'x-google-api-management') ?? nodeAt(root, 'x-google-management');

function metricsOf(root: YamlNode): ReadonlySet<string> {
  const metrics = nodeAt(management(root), 'metrics');
  return new Set([
    ...itemsOf(metrics).flatMap((item) => textAt(item, 'name') ?? []),
    ...entriesOf(metrics).map(({ key }) => key),
  ]);
}

/** A limit is a list of entries with names in OpenAPI 2, and a map by name in OpenAPI 3. */
function limitsOf(root: YamlNode): Api['limits'] {
  const limits = nodeAt(management(root), 'quota', 'limits');
  const one = (name: string, node: YamlNode) => {
    const values = nodeAt(node, 'values');
    return {
      name,
      metric: textAt(node, 'metric') ?? '',
      value: values?.kind === 'text' ? values.text : (textAt(values, 'STANDARD') ?? ''),
      at: { line: node.line, column: node.column },
    };
  };
  return [
    ...itemsOf(limits).map((item) => one(textAt(item, 'name') ?? '', item)),
    ...entriesOf(limits).map(({ key, value }) => one(key, value)),
  ];
}
