import { entriesOf, nodeAt } from '../yaml/node.ts';
import type { Api, At } from './api.ts';
import { type Marked, ownLine } from './marker.ts';

/** One line of what Google says about a document that it refuses (OperationMetadata.Diagnostic). */
export interface Diagnostic {
  location: string;
  message: string;
}

/** Diagnostics that stand in the text of an error: `location: "openapi.yaml:12" kind: ERROR message: "…"`. */
export const diagnosticsIn = (text: string): Diagnostic[] =>
  [...text.matchAll(/location:\s*"([^"]*)"[^"]*?message:\s*"((?:[^"\\]|\\.)*)"/g)]
    .slice(0, 50)
    .map(([, location = '', message = '']) => ({ location: location.trim(), message }));

/** The place in the file of the user: a line that Google names, or the operation or path that its message names. */
export function placeOf({ location, message }: Diagnostic, api: Api, marked: Marked | undefined): At {
  const line = /(?::|line )(\d+)\b/i.exec(location)?.[1] ?? /\bline (\d+)\b/i.exec(message)?.[1];
  if (line !== undefined) return { line: marked ? ownLine(Number(line), marked) : Number(line), column: 1 };
  const text = `${location} ${message}`;
  const [, method, path] = /operation '(\w+)' in path '([^']+)'/i.exec(text) ?? [];
  const operation = api.operations.find(
    (one) => one.path === path && one.method === method?.toLowerCase(),
  )?.entry;
  const named =
    operation ?? entriesOf(nodeAt(api.root, 'paths')).find(({ key }) => key.length > 1 && text.includes(key));
  if (named) return { line: named.keyLine, column: named.keyColumn };
  const entry = entriesOf(api.root).find(({ key }) => location.includes(key));
  return entry ? { line: entry.keyLine, column: entry.keyColumn } : { line: 1, column: 1 };
}
