import { nameOf, openBecause } from '../../gateway/api.ts';
import { addressOf, hostOf } from '../../gateway/lint-backends.ts';
import { isPreflight } from '../../gateway/preflight.ts';
import { readDocument } from '../../gateway/read-document.ts';
import { textAt } from '../../yaml/node.ts';

/** Finds the operations of an OpenAPI 2 or 3 document that forward to a function. */

export interface GatewayOperation {
  /** `POST /ocr` */
  name: string;
  /** True if the caller needs neither a key nor a token. */
  open: boolean;
}

/**
 * @param text the document, which a stranger may have written
 * @param urls URLs of the function; an operation counts if it forwards to one of their hosts
 * @returns undefined if the document cannot be read as a whole, so that an open operation could hide in it
 */
export function operationsTo(text: string, urls: readonly string[]): GatewayOperation[] | undefined {
  const read = readDocument(text);
  if ('problem' in read || read.api.problems.length > 0) return undefined;
  const { api } = read;
  const hosts = new Set(urls.map(hostOf));
  const isOurs = (operation: { backend: Parameters<typeof addressOf>[0] | undefined }): boolean =>
    operation.backend !== undefined && hosts.has(hostOf(addressOf(operation.backend)));
  const found = api.operations
    .filter(isOurs)
    // A document that the gateway action releases is not called public here.
    .map((operation) => ({
      name: nameOf(operation),
      open: openBecause(api, operation) !== undefined && !isPreflight(api, operation),
    }));
  const unlisted = textAt(api.root, 'x-google-allow')?.toLowerCase() === 'all';
  return unlisted && api.backends.some((backend) => isOurs({ backend }))
    ? [...found, { name: 'every path that the document does not list', open: true }]
    : found;
}
