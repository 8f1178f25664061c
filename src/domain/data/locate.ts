import { type Document, isMap, isNode, isPair, isScalar, isSeq, type LineCounter } from 'yaml';

/** A place in a YAML file. Line and column start at 1. */
export interface Place {
  line: number;
  column: number;
}

export type Path = readonly PropertyKey[];

/**
 * Place of the value at a path. If the path does not exist, the place of its nearest parent that does. With `key`, the
 * place of that key.
 */
export function placeOf(document: Document, counter: LineCounter, path: Path, key?: string): Place {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  const enter = (step: PropertyKey, wantKey: boolean): boolean => {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!pair) return false;
      const keyRange = isNode(pair.key) ? pair.key.range : undefined;
      node = pair.value;
      const range = !wantKey && isNode(node) && node.range ? node.range : keyRange;
      // To a reader, a nested map begins at its key and not at its first entry.
      offset = (isScalar(node) ? range?.[0] : keyRange?.[0]) ?? offset;
      return true;
    }
    if (!isSeq(node) || node.items[Number(step)] === undefined) return false;
    node = node.items[Number(step)];
    offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    return true;
  };
  for (const step of path) if (!enter(step, false)) break;
  if (key !== undefined) enter(key, true);
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
