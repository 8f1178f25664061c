import type { YamlEntry, YamlNode, YamlText } from './node.ts';

export interface JsonLimits {
  maxNodes: number;
  maxDepth: number;
}

/** What the words of JSON mean. */
const words: ReadonlyMap<string, YamlText['type']> = new Map([
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['null', 'null'],
]);
const numberOrWord = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;
class Undecided extends Error {}

/**
 * Reads a text that is JSON and nothing else, with places. It is YAML too, but a parser of YAML takes many times as long.
 * Undefined: it is none, or somebody could read it in two ways (a key twice, a merge key, many levels). The reader of YAML then
 * says what is wrong with it.
 */
export function readJson(text: string, { maxNodes, maxDepth }: JsonLimits): YamlNode | undefined {
  if (!/^[ \t\r\n]*[{[]/.test(text) || /\r(?!\n)/.test(text)) return undefined;
  let at = 0;
  let count = 0;
  // The reader only goes forward, so the line is counted on the way.
  let line = 1;
  let lineStart = 0;
  let counted = 0;
  const place = (offset: number): { line: number; column: number } => {
    for (
      let next = text.indexOf('\n', counted);
      next !== -1 && next < offset;
      next = text.indexOf('\n', next + 1)
    ) {
      line += 1;
      lineStart = next + 1;
    }
    counted = offset;
    return { line, column: offset - lineStart + 1 };
  };
  const skip = () => {
    for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9; )
      code = text.charCodeAt(++at);
  };
  const take = (char: string): boolean => {
    skip();
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const need = (char: string) => {
    if (!take(char)) throw new Undecided();
  };
  const string = (): string => {
    const start = at;
    if (text[at] !== '"') throw new Undecided();
    let isPlain = true;
    for (;;) {
      const code = text.charCodeAt(++at);
      if (code === 34) break;
      // The end of the text is NaN, and a control character has to be escaped.
      if (!(code >= 32)) throw new Undecided();
      if (code !== 92) continue;
      isPlain = false;
      at += 1;
    }
    at += 1;
    return isPlain ? text.slice(start + 1, at - 1) : (JSON.parse(text.slice(start, at)) as string);
  };
  const value = (depth: number): YamlNode => {
    if (++count > maxNodes || depth > maxDepth) throw new Undecided();
    skip();
    const offset = at;
    const placed = { ...place(offset), offset };
    const char = text[at];
    if (char === '{') return map(placed, depth);
    if (char === '[') return list(placed, depth);
    if (char === '"')
      return { kind: 'text', ...placed, text: string(), type: 'text', style: 'quoted', end: at };
    numberOrWord.lastIndex = at;
    const raw = numberOrWord.exec(text)?.[0];
    if (raw === undefined) throw new Undecided();
    at += raw.length;
    // A word may not go on: `nullable` is none.
    if (/[\w.+-]/.test(text[at] ?? '')) throw new Undecided();
    const type = words.get(raw) ?? 'number';
    return { kind: 'text', ...placed, text: type === 'null' ? '' : raw, type, style: 'plain', end: at };
  };
  type Placed = Pick<YamlNode, 'line' | 'column' | 'offset'>;
  const map = (placed: Placed, depth: number): YamlNode => {
    const entries: YamlEntry[] = [];
    const seen = new Set<string>();
    at += 1;
    if (!take('}')) {
      do {
        skip();
        const { line: keyLine, column: keyColumn } = place(at);
        const key = string();
        if (seen.has(key) || key === '<<') throw new Undecided();
        seen.add(key);
        need(':');
        entries.push({ key, keyLine, keyColumn, value: value(depth + 1) });
      } while (take(','));
      need('}');
    }
    return { kind: 'map', ...placed, entries, end: at };
  };
  const list = (placed: Placed, depth: number): YamlNode => {
    const items: YamlNode[] = [];
    at += 1;
    if (!take(']')) {
      do items.push(value(depth + 1));
      while (take(','));
      need(']');
    }
    return { kind: 'list', ...placed, items, end: at };
  };
  try {
    const root = value(0);
    skip();
    return at === text.length ? root : undefined;
  } catch {
    // An escape that is none, too. The reader of YAML says what is wrong.
    return undefined;
  }
}
