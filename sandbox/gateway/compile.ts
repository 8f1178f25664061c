import { isAlias, isMap, LineCounter, parseDocument, visit } from 'yaml';

export type Json = Record<string, unknown>;

/** What the data plane needs to serve one operation. */
export interface Route {
  method: string;
  /** Segments of the path; a parameter is `{}`. */
  segments: string[];
  template: string;
  /** The alternatives; an empty alternative, or none at all, needs no credential. */
  alternatives: Credential[][];
  backend: Backend | undefined;
  costs: Record<string, number>;
}

export type Credential =
  | { kind: 'key'; header?: string; query?: string }
  | { kind: 'token'; issuer: string; audiences: string[] };

export interface Backend {
  address: string;
  audience: string | undefined;
  deadlineMs: number;
  /** The address is the whole path, or the path of the request follows it. */
  translation: 'CONSTANT_ADDRESS' | 'APPEND_PATH_TO_ADDRESS';
}

export interface Compiled {
  routes: Route[];
  /** `x-google-allow: all` */
  passesAll: boolean;
  fallback: Backend | undefined;
  /** Calls per minute and consumer, by metric. */
  limits: Record<string, number>;
}

/** `location` and `message` of OperationMetadata.Diagnostic. */
export interface Diagnostic {
  location: string;
  message: string;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
/** cloud.google.com/api-gateway/docs/openapi-limitations, "YAML alias limitations". */
const maxAliases = 200;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** Reads a document of OpenAPI 2 or 3 as API Gateway documents it, and says what Google would refuse. */
export function compile(path: string, text: string): Compiled | Diagnostic[] {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: 'silent', merge: true });
  const lineOf = (offset: number) => counter.linePos(offset).line;
  if (document.errors.length > 0)
    return document.errors.map(({ pos, message }) => ({
      location: `${path}:${lineOf(pos[0])}`,
      message: message.split('\n')[0] ?? 'damaged',
    }));
  let aliases = 0;
  visit(document, { Alias: () => void aliases++ });
  if (aliases > maxAliases)
    return [{ location: path, message: `The document has more than ${maxAliases} YAML aliases.` }];
  const at = (...keys: (string | number)[]): string => {
    const node = document.getIn(keys, true) as { range?: [number] } | undefined;
    const parent = document.getIn(keys.slice(0, -1), true);
    const key = isMap(parent)
      ? (parent.items.find((pair) => String((pair.key as { value?: unknown })?.value) === keys.at(-1))?.key as
          | { range?: [number] }
          | undefined)
      : undefined;
    const range = key?.range ?? (isAlias(node) ? undefined : node?.range);
    return range ? `${path}:${lineOf(range[0])}` : path;
  };
  const root = object(document.toJS({ maxAliasCount: 10_000 }));
  const version =
    root.swagger === '2.0' || root.swagger === 2 ? 2 : /^3\.[01]/.test(String(root.openapi)) ? 3 : 0;
  if (version === 0)
    return [{ location: path, message: 'The document is neither OpenAPI 2.0 nor OpenAPI 3.0.x.' }];
  const problems: Diagnostic[] = [];
  const management = object(root['x-google-api-management'] ?? root['x-google-management']);
  const schemes = object(version === 2 ? root.securityDefinitions : object(root.components).securitySchemes);
  const pointed = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (node, raw) => object(node)[decodeURIComponent(raw).replaceAll('~1', '/').replaceAll('~0', '~')],
        root,
      );
  const credentialOf = (name: string): Credential | undefined => {
    const scheme = object(schemes[name]);
    const auth = object(scheme['x-google-auth']);
    // Each version has fields of its own. Those of the other are unknown extensions.
    const issuer = version === 3 ? auth.issuer : scheme['x-google-issuer'];
    if (scheme.type === 'apiKey')
      return scheme.in === 'query'
        ? { kind: 'key', query: String(scheme.name) }
        : { kind: 'key', header: String(scheme.name).toLowerCase() };
    if (typeof issuer !== 'string') return undefined;
    const audiences = version === 3 ? auth.audiences : scheme['x-google-audiences'];
    return {
      kind: 'token',
      issuer,
      audiences: Array.isArray(audiences)
        ? audiences.map(String)
        : typeof audiences === 'string'
          ? audiences.split(',').map((one) => one.trim())
          : [],
    };
  };
  /** With OpenAPI 2, a requirement without its definition is not refused, and nothing is checked for it. */
  const alternativesOf = (security: unknown, where: string): Credential[][] =>
    (Array.isArray(security) ? security : []).map((requirement) =>
      Object.keys(object(requirement)).flatMap((name) => {
        if (version === 3 && schemes[name] === undefined)
          problems.push({ location: where, message: `The security scheme ${name} is not defined.` });
        return credentialOf(name) ?? [];
      }),
    );
  const backendOf = (value: unknown, root: boolean, where: string): Backend | undefined => {
    if (value === undefined) return undefined;
    const backends = object(management.backends);
    if (version === 3 && typeof value !== 'string') {
      problems.push({
        location: where,
        message:
          'Extension x-google-backend does not have a valid value: it is not defined in x-google-api-management.',
      });
      return undefined;
    }
    if (version === 3 && backends[value as string] === undefined)
      problems.push({
        location: where,
        message: `Extension x-google-backend does not have a valid value. ${value} is not defined in x-google-api-management.`,
      });
    const fields = object(version === 3 ? backends[value as string] : value);
    const deadline = Number(fields.deadline ?? 0);
    if (version === 3 && deadline < 0)
      problems.push({ location: where, message: 'The deadline of a backend must not be negative.' });
    const off = fields.disable_auth ?? fields.disableAuth;
    const translation = fields.path_translation ?? fields.pathTranslation;
    const address = String(fields.address ?? '');
    return {
      address,
      audience: off === true ? undefined : String(fields.jwt_audience ?? fields.jwtAudience ?? address),
      deadlineMs: (deadline > 0 ? deadline : 15) * 1000,
      translation:
        translation === 'CONSTANT_ADDRESS' || translation === 'APPEND_PATH_TO_ADDRESS'
          ? translation
          : root
            ? 'APPEND_PATH_TO_ADDRESS'
            : 'CONSTANT_ADDRESS',
    };
  };
  // docs.cloud.google.com/api-gateway/docs/openapi-v3-limitations, "Servers": only the one that is marked, and at most one is.
  const servers = (Array.isArray(root.servers) ? root.servers : []).filter((one) =>
    Object.hasOwn(object(one), 'x-google-endpoint'),
  );
  if (version === 3 && servers.length > 1)
    problems.push({ location: at('servers'), message: 'Only one server may have x-google-endpoint.' });
  const [server] = servers;
  const base = String(
    version === 2
      ? (root.basePath ?? '')
      : String(object(server).url ?? '').replace(/^[a-z]+:\/\/[^/]*/i, ''),
  ).replace(/\/+$/, '');
  const shared = backendOf(root['x-google-backend'], true, at('x-google-backend'));
  const routes: Route[] = [];
  for (const [template, value] of Object.entries(object(root.paths))) {
    if (template.startsWith('x-')) continue;
    const reference = object(value).$ref;
    if (typeof reference === 'string' && !reference.startsWith('#/')) {
      problems.push({
        location: at('paths', template),
        message: `The reference ${reference} leaves the document.`,
      });
      continue;
    }
    const target = typeof reference === 'string' ? pointed(reference) : undefined;
    if (typeof reference === 'string' && (target === undefined || object(target).$ref !== undefined)) {
      problems.push({
        location: at('paths', template),
        message: `The reference ${reference} cannot be resolved.`,
      });
      continue;
    }
    const item = { ...object(target), ...object(value) };
    const segments = `${base}${template}`.split('/').slice(1);
    if (segments.some((segment) => segment.includes('{') && !/^\{[^{}]+\}$/.test(segment)))
      problems.push({
        location: at('paths', template),
        message: `The path ${template} has a parameter that is a part of a segment.`,
      });
    for (const method of methods) {
      if (item[method] === undefined) continue;
      const where = at('paths', template, method);
      const operation = object(item[method]);
      const costs = object(operation['x-google-quota']);
      const own = operation['x-google-backend'] ?? item['x-google-backend'];
      if (typeof operation.operationId !== 'string')
        problems.push({
          location: where,
          message: `Operation '${method}' in path '${template}': operationId is required.`,
        });
      routes.push({
        method: method.toUpperCase(),
        template: `${base}${template}`,
        segments: segments.map((segment) => (segment.startsWith('{') ? '{}' : segment)),
        alternatives: alternativesOf(operation.security ?? root.security, where),
        backend: backendOf(own, false, where) ?? shared,
        costs: Object.fromEntries(
          Object.entries(object(costs.metricCosts ?? costs)).map(([metric, cost]) => [metric, Number(cost)]),
        ),
      });
    }
  }
  if (problems.length > 0) return problems;
  const { limits } = object(management.quota);
  const all = Array.isArray(limits) ? limits : Object.values(object(limits));
  return {
    routes,
    passesAll: root['x-google-allow'] === 'all',
    fallback: shared,
    limits: Object.fromEntries(
      all.map((limit) => {
        const { metric, values } = object(limit);
        return [String(metric), Number(typeof values === 'object' ? object(values).STANDARD : values)];
      }),
    ),
  };
}
