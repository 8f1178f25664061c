import { type JsonObject, objectOf } from '../../data/json.ts';

/** Finds the operations of an OpenAPI 2 or 3 document that forward to a function. */

export interface GatewayOperation {
  /** `POST /ocr` */
  name: string;
  /** True if the caller needs neither a key nor a token. */
  open: boolean;
}

const verbs = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const addressOf = (node: JsonObject): string | undefined => {
  const address = objectOf(node['x-google-backend']).address;
  return typeof address === 'string' ? address : undefined;
};

/** An empty list, or an empty requirement in the list, lets every caller in (OpenAPI 2.0 and 3.0, "security"). */
function isOpen(security: unknown): boolean {
  if (!Array.isArray(security) || security.length === 0) return true;
  return security.some((requirement) => Object.keys(objectOf(requirement)).length === 0);
}

const hostOf = (url: string): string => /^https?:\/\/([^/]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';

/**
 * @param document the parsed document, which may hold anything
 * @param urls URLs of the function; an operation counts if it forwards to one of their hosts
 */
export function operationsTo(document: unknown, urls: readonly string[]): GatewayOperation[] {
  const root = objectOf(document);
  const hosts = new Set(urls.map(hostOf));
  const found: GatewayOperation[] = [];
  for (const [path, value] of Object.entries(objectOf(root.paths))) {
    const item = objectOf(value);
    for (const verb of verbs) {
      if (item[verb] === undefined) continue;
      const operation = objectOf(item[verb]);
      const address = addressOf(operation) ?? addressOf(item) ?? addressOf(root);
      if (address === undefined || !hosts.has(hostOf(address))) continue;
      found.push({
        name: `${verb.toUpperCase()} ${path}`,
        open: isOpen(operation.security ?? root.security),
      });
    }
  }
  return found;
}
