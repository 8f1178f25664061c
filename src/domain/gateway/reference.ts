import { entriesOf, entryOf, type YamlEntry, type YamlNode } from '../yaml/node.ts';

export interface Followed {
  /** The node at the end of the references. */
  node?: YamlNode | undefined;
  /** The entries that stand there, and those beside a reference. */
  entries: readonly YamlEntry[];
  /** One clause: why the references end nowhere. */
  problem?: string;
}

const maxSteps = 10;
/** No path item and no scheme has as many. The limit keeps a document short whose references lead to one place many times. */
const maxEntries = 1000;
/** It does not matter which of two such keys counts. */
const harmless: ReadonlySet<string> = new Set(['$ref', 'summary', 'description', 'parameters', 'servers']);

/** Follows `$ref` inside of the document. A gateway takes no reference to another file. */
export function follow(root: YamlNode, start: YamlNode | undefined): Followed {
  const seen = new Set<YamlNode>();
  const found = new Map<string, YamlEntry>();
  for (let node = start; ; ) {
    const reference = entryOf(node, '$ref')?.value;
    const entries = [...found.values()];
    if (node && seen.has(node)) return { entries, problem: 'the reference leads back to itself' };
    if (seen.size > maxSteps)
      return { entries, problem: `it is a chain of more than ${maxSteps} references` };
    const all = entriesOf(node);
    if (all.length > maxEntries) return { entries, problem: `it leads to more than ${maxEntries} keys` };
    // Programs do not agree which of the two counts.
    const twice = all.find(({ key }) => !harmless.has(key) && found.has(key));
    if (twice) return { entries, problem: `the key ${twice.key} stands beside the reference and behind it` };
    for (const entry of all) if (entry.key !== '$ref') found.set(entry.key, entry);
    const beside = [...found.values()];
    if (!node || reference === undefined) return { node, entries: beside };
    const text = reference.kind === 'text' ? reference.text : '';
    seen.add(node);
    if (!text.startsWith('#'))
      return { entries: beside, problem: `the reference ${text || '(empty)'} leaves the document` };
    const target = pointed(root, text.slice(1));
    if (!target) return { entries: beside, problem: `the reference ${text} names nothing in the document` };
    node = target;
  }
}

/** The node at a JSON pointer. */
function pointed(root: YamlNode, pointer: string): YamlNode | undefined {
  if (pointer === '') return root;
  if (!pointer.startsWith('/')) return undefined;
  let at: YamlNode | undefined = root;
  for (const raw of pointer.slice(1).split('/')) {
    const key = decoded(raw).replaceAll('~1', '/').replaceAll('~0', '~');
    at = at?.kind === 'list' ? at.items[Number(key)] : entryOf(at, key)?.value;
  }
  return at;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
