import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import type { YamlEntry, YamlNode, YamlText } from './node.ts';
import { readJson } from './read-json.ts';

export type ReadYaml = { documents: YamlNode[] } | { problem: string };

/** A file of a repository has far fewer. The limit keeps walks short. */
const maxNodes = 200_000;
const maxDepth = 100;

class Unreadable extends Error {}

/**
 * Reads all documents of a YAML or JSON file. A document that is damaged is refused, because half of it would mislead.
 * @param strict refuses a key that stands twice in a map: programs do not agree which of the two counts
 */
export function readYaml(text: string, { strict = false } = {}): ReadYaml {
  if (nesting(text) > maxDepth * 2) return { problem: 'it is nested too deeply' };
  const json = readJson(text, { maxNodes, maxDepth });
  if (json) return { documents: [json] };
  const counter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: counter,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
      merge: true,
    });
    const list = Array.isArray(documents) ? documents : [];
    const broken = list.flatMap(({ errors }) => errors)[0];
    if (broken) {
      const { line } = counter.linePos(broken.pos[0]);
      return { problem: `it is not valid YAML: line ${line}: ${broken.message.split('\n')[0]}` };
    }
    return { documents: list.flatMap((document) => convert(document as Document.Parsed, counter, strict)) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    // The parser recurses, so a hostile file can end its stack.
    return { problem: 'it could not be read as YAML' };
  }
}

/** How deep brackets are nested, without regard to strings: more than the parser would see. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 91 || char === 123) most = Math.max(most, ++depth);
    else if (char === 93 || char === 125) depth = Math.max(0, depth - 1);
  }
  return most;
}

function convert(document: Document.Parsed, counter: LineCounter, strict: boolean): YamlNode[] {
  const anchors = new Map<string, YamlNode | 'open'>();
  let count = 0;
  // How many values a node stands for if every alias is written out.
  const sizes = new Map<YamlNode, number>();
  const sizeOf = (node: YamlNode): number => sizes.get(node) ?? 1;
  const step = (node: Node | null, depth: number): YamlNode => {
    if (++count > maxNodes) throw new Unreadable(`it holds more than ${maxNodes} values`);
    if (depth > maxDepth) throw new Unreadable('it is nested too deeply');
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === 'open') throw new Unreadable(`its alias *${node.source} contains itself`);
      if (!target) throw new Unreadable(`its alias *${node.source} names no anchor`);
      return target;
    }
    const anchor = node && 'anchor' in node ? (node.anchor as string | undefined) : undefined;
    if (anchor) anchors.set(anchor, 'open');
    const made = make(node, depth);
    const parts =
      made.kind === 'list' ? made.items : made.kind === 'map' ? made.entries.map(({ value }) => value) : [];
    const size = parts.reduce((sum, part) => sum + sizeOf(part), 1);
    if (size > maxNodes) throw new Unreadable(`its aliases stand for more than ${maxNodes} values`);
    if (size > 1) sizes.set(made, size);
    if (anchor) anchors.set(anchor, made);
    return made;
  };
  const make = (node: Node | null, depth: number): YamlNode => {
    const [offset = 0, , last] = node?.range ?? [0, 0, 0];
    const end = node?.range?.[1] ?? last ?? offset;
    const { line, col } = counter.linePos(offset);
    const placed = { line: Math.max(1, line), column: Math.max(1, col), offset, end };
    if (isSeq(node))
      return { kind: 'list', ...placed, items: node.items.map((item) => step(item as Node, depth + 1)) };
    if (isMap(node)) {
      const twice = strict ? firstTwice(node.items.map(({ key }) => key as Node | null)) : undefined;
      if (twice) {
        const { line: at } = counter.linePos(twice.range?.[0] ?? offset);
        throw new Unreadable(
          `the key ${String((twice as Scalar).value)} stands twice in a map, again in line ${at}`,
        );
      }
      const merged: YamlEntry[] = [];
      const entries = node.items.flatMap((pair) => {
        const key = pair.key as Node | null;
        const name = nameOf(key);
        if (name === undefined) return [];
        const at = counter.linePos(key?.range?.[0] ?? offset);
        const value = step((pair.value as Node | null) ?? null, depth + 1);
        if (name === '<<') {
          // Some programs merge under such a key, and some do not.
          if (strict && (key as Scalar).type !== 'PLAIN')
            throw new Unreadable(`the key << stands in quotes in line ${at.line}`);
          const sources = value.kind === 'list' ? value.items : [value];
          for (const source of sources)
            if (source.kind === 'map') for (const entry of source.entries) merged.push(entry);
          return [];
        }
        return [{ key: name, keyLine: at.line, keyColumn: at.col, value }];
      });
      return { kind: 'map', ...placed, entries: withMerged(entries, merged) };
    }
    return { kind: 'text', ...placed, ...scalarOf(node) };
  };
  return document.contents ? [step(document.contents as Node, 0)] : [];
}

/** The first key that was there before in the same map. */
function firstTwice(keys: readonly (Node | null)[]): Node | undefined {
  const seen = new Set<string>();
  for (const key of keys) {
    const name = nameOf(key);
    if (name === undefined || name === '<<') continue;
    if (seen.has(name)) return key ?? undefined;
    seen.add(name);
  }
  return undefined;
}

/** The parser reads the key of a merge as a symbol. */
const nameOf = (key: Node | null): string | undefined =>
  !isScalar(key) ? undefined : typeof key.value === 'symbol' ? '<<' : String(key.value);

/** A key of its own wins over one that was merged in, wherever it stands. Of two merged ones the first wins, of two own ones the later. */
function withMerged(own: readonly YamlEntry[], merged: readonly YamlEntry[]): YamlEntry[] {
  const all = new Map(own.map((entry) => [entry.key, entry]));
  for (const entry of merged) if (!all.has(entry.key)) all.set(entry.key, entry);
  return [...all.values()];
}

function scalarOf(node: Node | null): Pick<YamlText, 'text' | 'type' | 'style'> {
  if (!isScalar(node)) return { text: '', type: 'null', style: 'plain' };
  const { value, source, type } = node as Scalar;
  const style =
    type === 'BLOCK_LITERAL'
      ? 'literal'
      : type === 'BLOCK_FOLDED'
        ? 'folded'
        : type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE'
          ? 'quoted'
          : 'plain';
  if (value === null) return { text: '', type: 'null', style };
  if (typeof value === 'string') return { text: value, type: 'text', style };
  const text = source ?? String(value);
  return { text, type: typeof value === 'boolean' ? 'boolean' : 'number', style };
}
