import { type JsonObject, objectOf } from '../../data/json.ts';

/** Which operations of an OpenAPI 2 or 3 document forward to a function, and which of them ask the caller for nothing. */

export interface GatewayOperation {
  /** `POST /ocr` */
  name: string;
  open: boolean;
}

const verbs = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const addressOf = (node: JsonObject): string | undefined => {
  const address = objectOf(node['x-google-backend']).address;
  return typeof address === 'string' ? address : undefined;
};

/** An empty list, or an empty requirement in it, asks for nothing (OpenAPI 2.0 and 3.0, "security"). */
function isOpen(security: unknown): boolean {
  if (!Array.isArray(security) || security.length === 0) return true;
  return security.some((requirement) => Object.keys(objectOf(requirement)).length === 0);
}

const hostOf = (url: string): string => /^https?:\/\/([^/]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';

/** @param document the parsed document: hostile until proved otherwise */
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
