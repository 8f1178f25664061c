import type { YamlNode } from '../yaml/node.ts';

/**
 * Equal documents give equal texts: comments, the order of keys and the style of scalars do not count.
 * @param without paths in this folder do not count either
 */
export function canonicalDocument(node: YamlNode, without = ''): string {
  return canonical(node, without, 0);
}

/** @param depth 0: the document; 1: its paths; more: anything else, where nothing is left out */
function canonical(node: YamlNode, without: string, depth: number): string {
  const inner = (one: YamlNode) => canonical(one, without, 2);
  if (node.kind === 'list') return `[${node.items.map(inner).join(',')}]`;
  if (node.kind === 'text')
    return node.type === 'text' ? JSON.stringify(node.text) : `${node.type}:${node.text}`;
  const pairs = node.entries
    .filter(({ key }) => depth !== 1 || without === '' || !key.startsWith(`${without}/`))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return `{${pairs.map(({ key, value }) => `${JSON.stringify(key)}:${depth === 0 && key === 'paths' ? canonical(value, without, 1) : inner(value)}`).join(',')}}`;
}

/** The id of the configuration of this content. An id has at most 50 characters. */
export const configId = (hash: string): string => `r-${hash.slice(0, 12)}`;
