import { entriesOf, nodeAt } from '../yaml/node.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { Api } from './api.ts';
import { readApi } from './read-api.ts';

/** Far more than the document of any API, and small enough to be read in a moment. */
const maxCharacters = 2_000_000;
const maxPaths = 5000;

/** Reads the text of a document. A document that is not understood as a whole is refused, and the reason says why. */
export function readDocument(text: string): { api: Api } | { problem: string } {
  if (text.length > maxCharacters) return { problem: `it is larger than ${maxCharacters / 1_000_000} MB` };
  const read = readYaml(text, { strict: true });
  if ('problem' in read) return read;
  const [root] = read.documents;
  if (!root) return { problem: 'it holds no document' };
  if (read.documents.length > 1) return { problem: `it holds ${read.documents.length} documents` };
  if (entriesOf(nodeAt(root, 'paths')).length > maxPaths)
    return { problem: `it has more than ${maxPaths} paths` };
  const api = readApi(root);
  return api ? { api } : { problem: 'it is neither OpenAPI 2 nor 3' };
}
