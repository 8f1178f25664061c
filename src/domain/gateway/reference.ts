import { entriesOf, entryOf, type YamlEntry, type YamlNode } from '../yaml/node.ts';

export interface Followed {
  /** The node at the end of the references. */
  node?: YamlNode | undefined;
  /** The entries that stand there, and those beside a reference, which win. */
  entries: readonly YamlEntry[];
  /** One clause: why the references end nowhere. */
  problem?: string;
}

const maxSteps = 50;

/** Follows `$ref` inside of the document. A gateway takes no reference to another file. */
export function follow(root: YamlNode, start: YamlNode | undefined): Followed {
  const seen = new Set<YamlNode>();
  const beside: YamlEntry[] = [];
  for (let node = start; ; ) {
    const reference = entryOf(node, '$ref')?.value;
    const all = [...entriesOf(node).filter(({ key }) => key !== '$ref')];
    beside.push(...all.filter(({ key }) => !beside.some((before) => before.key === key)));
    if (!node || reference === undefined) return { node, entries: beside };
    const text = reference.kind === 'text' ? reference.text : '';
    if (seen.has(node) || seen.size > maxSteps)
      return { entries: beside, problem: `the reference ${text} leads back to itself` };
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
