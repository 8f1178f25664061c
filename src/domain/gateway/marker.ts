import { slug } from '../product.ts';
import { entryOf, nodeAt, type YamlMap } from '../yaml/node.ts';
import { type Api, alternativesOf, namesOf, openBecause } from './api.ts';

/** Paths below this one say which configuration answers. */
export const markerFolder = '/.release';
export const markerPath = (config: string): string => `${markerFolder}/${config}`;

export interface Marked {
  text: string;
  /** The line that was put in: lines of the marked text from here on are one lower in the file of the user. */
  line: number;
  /** No line was put in, because the paths stand on one line. */
  isInline: boolean;
}

/**
 * Adds one operation to a document. It asks for a credential, so without one the gateway refuses it itself; a gateway that
 * serves another configuration does not know the path. Nothing else of the text changes.
 * @returns undefined if the document has no operation that asks for a credential
 */
export function mark(text: string, api: Api, config: string): Marked | undefined {
  const model = api.operations.find(
    (operation) => operation.method !== 'options' && !openBecause(api, operation),
  );
  const paths = nodeAt(api.root, 'paths');
  if (!model || paths?.kind !== 'map' || paths.entries.length === 0) return undefined;
  const alternative = alternativesOf(model.security)[0];
  if (!alternative) return undefined;
  const operation = {
    get: {
      operationId: `${slug}${config.replace(/\W/g, '')}`,
      description: 'Tells which configuration answers. It is never called with a credential.',
      security: [Object.fromEntries(namesOf(alternative).map((name) => [name, []]))],
      responses: { '200': { description: 'Not used.' } },
      ...backendFor(api, model.backend),
    },
  };
  // JSON is YAML, so one line fits into either format.
  const entry = `${JSON.stringify(markerPath(config))}: ${JSON.stringify(operation)}`;
  const first = paths.entries[0] as YamlMap['entries'][number];
  if (text[paths.offset] === '{') {
    const at = paths.offset + 1;
    return { text: `${text.slice(0, at)}${entry}, ${text.slice(at)}`, line: paths.line, isInline: true };
  }
  const lines = text.split('\n');
  const at = first.keyLine - 1;
  lines.splice(at, 0, `${' '.repeat(first.keyColumn - 1)}${entry}`);
  return { text: lines.join('\n'), line: first.keyLine, isInline: false };
}

/** A backend of the whole document holds for the marker too. Any other one has to be named. */
function backendFor(api: Api, backend: Api['backends'][number] | undefined) {
  if (entryOf(api.root, 'x-google-backend') || !backend) return {};
  if (backend.use.kind === 'text') return { 'x-google-backend': backend.use.text };
  return backend.address?.kind === 'text' ? { 'x-google-backend': { address: backend.address.text } } : {};
}

/** The line in the file of the user for a line of the marked text. */
export const ownLine = (line: number, marked: Marked): number =>
  marked.isInline || line < marked.line ? line : Math.max(1, line - 1);

/** The document without the operation that was added, so that it can be compared with the file. */
export const isMarker = ({ path }: { path: string }): boolean => path.startsWith(`${markerFolder}/`);
