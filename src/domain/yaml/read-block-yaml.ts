import { itemsOf, type YamlEntry, type YamlNode } from './node.ts';
import type { JsonLimits } from './read-json.ts';
import { keyAt, type Line, linesOf, skipSpaces, Undecided, valueAt } from './read-line.ts';

/** A value, and where its node ends: after its line break, and after comments of its own. */
interface Part {
  value: YamlNode;
  nodeEnd: number;
}

/** Only the parser knows where the node ends, because of comments. It does not matter as long as something follows in the map. */
const unsure = -1;

/** Reads a document that is cut out of another one, with the places that it has there. Undefined: it is damaged. */
export type PartReader = (part: string, origin: { offset: number; line: number }) => YamlNode | undefined;

/** Each of them costs a parser of its own. A document with more is read as a whole. */
const maxParts = 1000;

/**
 * Reads the YAML that people write: maps and lists in blocks, and values on one line. The parser of YAML takes many times as
 * long in a process that has just begun. A value on several lines goes to that parser, alone. Undefined: the document has
 * something else (an anchor, a tag, a merge, a key twice, a second document), or only the parser knows where a comment belongs.
 */
export function readBlockYaml(
  text: string,
  { maxNodes, maxDepth }: JsonLimits,
  readPart: PartReader,
): YamlNode | undefined {
  if (!isTame(text)) return undefined;
  const lines = linesOf(text);
  let i = 0;
  let parts = 0;
  let values = 0;
  /** Of the next line with content, -1 at the end. */
  let indent = -1;
  /** A comment stands before that line. */
  let isCommented = false;
  /** One of the comments before that line is indented more than the line, so it belongs to what ends here. */
  let isLoose = false;
  const here = (): Line => {
    const line = lines[i];
    if (!line) throw new Undecided();
    return line;
  };
  const indentOf = ({ start, at }: Line): number => at - start;
  const count = (depth: number) => {
    if (++values > maxNodes || depth > maxDepth) throw new Undecided();
  };
  const isDash = (at: number, { end }: Line): boolean =>
    text[at] === '-' && (at + 1 === end || text[at + 1] === ' ');

  /** Goes to the next line with content. A comment that is indented more than `most` may belong to the value before it. */
  const toContent = (most = Number.POSITIVE_INFINITY) => {
    isCommented = false;
    let deepest = 0;
    for (; i < lines.length; i++) {
      const line = here();
      if (line.at === line.end) continue;
      if (text[line.at] !== '#') break;
      isCommented = true;
      deepest = Math.max(deepest, indentOf(line));
    }
    const next = lines[i];
    indent = next ? indentOf(next) : -1;
    isLoose = deepest > Math.max(0, indent);
    if (isLoose && deepest > most) throw new Undecided();
  };

  const countAll = (node: YamlNode, depth: number) => {
    count(depth);
    for (const one of node.kind === 'map' ? node.entries.map(({ value }) => value) : itemsOf(node))
      countAll(one, depth + 1);
  };

  /** The entry or the item that begins here, up to the next line that is not indented more. */
  const cutOut = (first: number, begin: number, depth: number): Part => {
    if (++parts > maxParts) throw new Undecided();
    i = first;
    const column = begin - here().start;
    i += 1;
    while (i < lines.length && (here().at === here().end || indentOf(here()) > column)) i += 1;
    // Without a line of its own, an empty text ends where what follows says.
    const next = lines[i]?.start ?? text.length;
    if (text.slice(lines[first]?.end, next).trim() === '') throw new Undecided();
    const part = ' '.repeat(column) + text.slice(begin, next);
    const read = readPart(part, { offset: begin - column, line: first });
    const [value, other] = read?.kind === 'map' ? read.entries.map((entry) => entry.value) : itemsOf(read);
    if (!read || !value || other || (value.kind === 'text' && value.type === 'null')) throw new Undecided();
    // What an alias stands for counts each time, and its anchor may be in another part.
    if (value.kind !== 'text' && /[&*]/.test(part)) throw new Undecided();
    countAll(value, depth);
    toContent();
    // Comments below the value.
    if (text.slice(read.end, next).trim() !== '') isLoose = true;
    return { value, nodeEnd: read.end };
  };

  /** The value of the entry or the item that begins at `begin`. It stands at `at`, or in the next lines. */
  const partAt = (begin: number, at: number, depth: number, isItem: boolean): Part => {
    const first = i;
    const line = here();
    const column = begin - line.start;
    // The comment before a dash counts as one of an empty item.
    const isRemarked = isItem && isCommented;
    if (at === line.end || text[at] === '#') {
      i += 1;
      toContent();
      const isList = !isItem && indent === column && isDash(here().at, here());
      if (indent > column || isList) {
        // A name or a type can stand for itself, with nothing behind it, and a key can be written in another way.
        if ('&!*?:'.includes(text[here().at] as string)) throw new Undecided();
        return block(here().at, depth) ?? cutOut(first, begin, depth);
      }
      count(depth);
      const placed = { line: line.number, column: at - line.start + 1, offset: at, end: at };
      const value: YamlNode = { kind: 'text', ...placed, text: '', type: 'null', style: 'plain' };
      return { value, nodeEnd: at < line.end || isCommented || isRemarked ? unsure : at };
    }
    const nested = isItem ? block(at, depth) : undefined;
    if (nested) return nested;
    const value = valueAt(text, line, at, depth, count);
    if (!value) return cutOut(first, begin, depth);
    i += 1;
    toContent(column);
    if (indent <= column) return { value, nodeEnd: line.next };
    // Plain text goes on as long as lines are indented more.
    if (value.kind !== 'text' || value.style !== 'plain') throw new Undecided();
    return cutOut(first, begin, depth);
  };

  /** The map or the list that begins here. Undefined: it is neither. */
  const block = (from: number, depth: number): Part | undefined => {
    const isList = isDash(from, here());
    if (!isList && !keyAt(text, from, here().end)) return undefined;
    count(depth);
    const column = from - here().start;
    const placed = { line: here().number, column: column + 1, offset: from };
    const items: YamlNode[] = [];
    const entries: YamlEntry[] = [];
    const seen = new Set<string>();
    let nodeEnd = from;
    for (let begin = from; ; begin = here().at) {
      const line = here();
      if (isDash(begin, line) !== isList) {
        // A list may stand at the indent of its key, so the next key ends it.
        if (isList) break;
        throw new Undecided();
      }
      const found = isList ? undefined : keyAt(text, begin, line.end);
      if (!isList && (!found || seen.has(found.key))) throw new Undecided();
      const part = partAt(begin, skipSpaces(text, (found?.colon ?? begin) + 1), depth + 1, isList);
      if (found) {
        seen.add(found.key);
        const { key } = found;
        entries.push({ key, keyLine: line.number, keyColumn: column + 1, value: part.value });
      } else items.push(part.value);
      nodeEnd = part.nodeEnd;
      if (indent > column) throw new Undecided();
      if (indent < column) break;
    }
    if (nodeEnd === unsure) throw new Undecided();
    const made = { ...placed, end: nodeEnd };
    return {
      value: isList ? { kind: 'list', ...made, items } : { kind: 'map', ...made, entries },
      nodeEnd: isLoose ? unsure : nodeEnd,
    };
  };

  try {
    if (/^--- *\r?\n/.test(text)) i = 1;
    toContent();
    if (indent !== 0) return undefined;
    const root = block(here().at, 0);
    return i === lines.length ? root?.value : undefined;
  } catch (error) {
    if (error instanceof Undecided || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** No control character, tab or byte order mark, no carriage return that ends no line, and no line that could end the document. */
const isTame = (text: string): boolean =>
  !/[\0-\x09\x0b\x0c\x0e-\x1f\x7f\ufeff]|\r(?!\n)/.test(text) &&
  !/\n(?:---|\.\.\.|%)|^(?:----|--- *[^ \r\n]|\.\.\.|%)/.test(text);
