/** A YAML document as a tree with places. An alias is the very node of its anchor, so no document grows by its aliases. */
export type YamlNode = YamlMap | YamlList | YamlText;

interface Placed {
  readonly line: number;
  readonly column: number;
  /** Offsets in the file. */
  readonly offset: number;
  readonly end: number;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyLine: number;
  readonly keyColumn: number;
  readonly value: YamlNode;
}

export interface YamlMap extends Placed {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}

export interface YamlList extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlText extends Placed {
  readonly kind: 'text';
  readonly text: string;
  readonly type: 'text' | 'number' | 'boolean' | 'null';
  readonly style: 'plain' | 'quoted' | 'literal' | 'folded';
}

/** The entry of a map. Undefined for any other node. */
export const entryOf = (node: YamlNode | undefined, key: string): YamlEntry | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;

/** The value at a path of keys. */
export function nodeAt(node: YamlNode | undefined, ...path: readonly string[]): YamlNode | undefined {
  let at = node;
  for (const key of path) at = entryOf(at, key)?.value;
  return at;
}

/** The text at a path of keys: a scalar that is not null. */
export function textAt(node: YamlNode | undefined, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, ...path);
  return found?.kind === 'text' && found.type !== 'null' ? found.text : undefined;
}

export const entriesOf = (node: YamlNode | undefined): readonly YamlEntry[] =>
  node?.kind === 'map' ? node.entries : [];
export const itemsOf = (node: YamlNode | undefined): readonly YamlNode[] =>
  node?.kind === 'list' ? node.items : [];

/** The texts of a list, or of a single scalar. */
export const scalarsOf = (node: YamlNode | undefined): string[] =>
  node?.kind === 'text'
    ? node.type === 'null'
      ? []
      : [node.text]
    : itemsOf(node).flatMap((item) => (item.kind === 'text' ? [item.text] : []));

/** Every map below a node, itself included, once each. */
export function* mapsIn(root: YamlNode | undefined): Generator<YamlMap> {
  const seen = new Set<YamlNode>();
  const open: YamlNode[] = root ? [root] : [];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'map') {
      yield node;
      for (const { value } of [...node.entries].reverse()) open.push(value);
    } else if (node.kind === 'list') open.push(...[...node.items].reverse());
  }
}
