import type { YamlEntry, YamlNode, YamlText } from './node.ts';

/** A line of a file. */
export interface Line {
  number: number;
  /** Offset of its first character, of the first one that is no space, of its break, and of the next line. */
  start: number;
  at: number;
  end: number;
  next: number;
}

/** Not surely what it seems to be. The parser of YAML has to say what it is. */
export class Undecided extends Error {}

type Scalar = Pick<YamlText, 'text' | 'type' | 'style'>;
/** Counts a value, and throws if there are too many, or too many levels. */
export type Counter = (depth: number) => void;

export const skipSpaces = (text: string, from: number): number => {
  let at = from;
  while (text.charCodeAt(at) === 32) at += 1;
  return at;
};

export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0, number = 1; start < text.length; number++) {
    const feed = text.indexOf('\n', start);
    const next = feed === -1 ? text.length : feed + 1;
    const end = feed === -1 ? next : text[feed - 1] === '\r' && feed > start ? feed - 1 : feed;
    lines.push({ number, start, at: Math.min(end, skipSpaces(text, start)), end, next });
    start = next;
  }
  return lines;
}

/** Characters that begin something else than plain text. */
const indicators = ',[]{}#&*!|>\'"%@`?:';

const beginsPlain = (text: string, at: number, end: number): boolean =>
  at < end &&
  !indicators.includes(text[at] as string) &&
  (text[at] !== '-' || (at + 1 < end && !' ,[]{}'.includes(text[at + 1] as string)));

/** What plain text stands for, by the core schema of YAML 1.2. */
function plain(raw: string): Scalar {
  const type = /^(?:~|null|Null|NULL)?$/.test(raw)
    ? 'null'
    : /^(?:true|True|TRUE|false|False|FALSE)$/.test(raw)
      ? 'boolean'
      : /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/.test(
            raw,
          )
        ? 'number'
        : 'text';
  return { text: type === 'null' ? '' : raw, type, style: 'plain' };
}

/** The text in quotes that begins here, and where it ends. Undefined: it goes on in the next line. */
function quoted(text: string, at: number, end: number): { text: string; end: number } | undefined {
  const quote = text[at] as string;
  const isDouble = quote === '"';
  let isRaw = true;
  let close = at + 1;
  for (; close < end; close++) {
    if (isDouble && text[close] === '\\') {
      isRaw = false;
      close += 1;
    } else if (text[close] === quote) {
      if (isDouble || text[close + 1] !== quote) break;
      isRaw = false;
      close += 1;
    }
  }
  if (close >= end) return undefined;
  const inside = text.slice(at + 1, close);
  if (isRaw) return { text: inside, end: close + 1 };
  if (!isDouble) return { text: inside.replaceAll("''", "'"), end: close + 1 };
  try {
    // The escapes of JSON mean the same in YAML. It has more of them.
    return { text: JSON.parse(text.slice(at, close + 1)) as string, end: close + 1 };
  } catch {
    throw new Undecided();
  }
}

export interface Key {
  key: string;
  colon: number;
}

/** The key that begins here. Undefined: this is no entry of a map. */
export function keyAt(text: string, at: number, end: number, inFlow = false): Key | undefined {
  const endsKey = (colon: number) =>
    text.charCodeAt(colon) === 58 && colon < end && (colon + 1 === end || text[colon + 1] === ' ');
  if (text[at] === '"' || text[at] === "'") {
    const found = quoted(text, at, end);
    if (!found || !(endsKey(found.end) || (inFlow && text[found.end] === ':'))) return undefined;
    return { key: wordOf(found.text), colon: found.end };
  }
  if (!beginsPlain(text, at, end)) return undefined;
  let colon = at + 1;
  // An item of a list has no colon, and must not be searched beyond its end.
  while (colon < end && !endsKey(colon) && !(inFlow && ',[]{}'.includes(text[colon] as string))) colon += 1;
  if (!endsKey(colon)) return undefined;
  const raw = text.slice(at, colon);
  const { type } = plain(raw);
  // A key that is a number is written anew: 1.0 is 1.
  if (
    raw.endsWith(' ') ||
    raw.includes(' #') ||
    (type !== 'text' && !/^(?:0|[1-9]\d{0,14}|true|false|null)$/.test(raw))
  )
    throw new Undecided();
  return { key: wordOf(raw), colon };
}

function wordOf(key: string): string {
  // A merge, and a key that is longer than YAML allows.
  if (key === '<<' || key.length > 1000) throw new Undecided();
  return key;
}

/** The value that begins in this line and ends in it. Undefined: it goes on in the next line, or only the parser understands it. */
export function valueAt(
  text: string,
  line: Line,
  begin: number,
  depth: number,
  count: Counter,
): YamlNode | undefined {
  const { end } = line;
  let at = begin;
  const placed = () => ({ line: line.number, column: at - line.start + 1, offset: at });
  const skip = () => {
    at = skipSpaces(text, at);
  };
  const inQuotes = (): YamlNode => {
    const from = placed();
    const found = quoted(text, at, end);
    if (!found) throw new Undecided();
    at = found.end;
    return { kind: 'text', ...from, text: found.text, type: 'text', style: 'quoted', end: at };
  };
  const plainUntil = (stop: number): YamlNode => {
    const from = placed();
    let last = stop;
    while (last > at && text.charCodeAt(last - 1) === 32) last -= 1;
    const raw = text.slice(at, last);
    if (raw.includes(': ') || raw.endsWith(':') || raw.includes(' #')) throw new Undecided();
    at += raw.length;
    return { kind: 'text', ...from, ...plain(raw), end: at };
  };
  const inFlow = (level: number): YamlNode => {
    const char = text[at];
    if (char === '{' || char === '[') return flow(level);
    count(level);
    if (char === '"' || char === "'") return inQuotes();
    if (!beginsPlain(text, at, end)) throw new Undecided();
    let stop = at;
    while (stop < end && !',[]{}'.includes(text[stop] as string)) stop += 1;
    return plainUntil(stop);
  };
  const flow = (level: number): YamlNode => {
    count(level);
    const from = placed();
    const isMap = text[at] === '{';
    const close = isMap ? '}' : ']';
    const items: YamlNode[] = [];
    const entries: YamlEntry[] = [];
    const seen = new Set<string>();
    at += 1;
    skip();
    for (let isFirst = true; text[at] !== close; isFirst = false) {
      if (!isFirst) {
        if (text[at] !== ',') throw new Undecided();
        at += 1;
        skip();
      }
      const found = keyAt(text, at, end, true);
      if (isMap) {
        if (!found || seen.has(found.key)) throw new Undecided();
        seen.add(found.key);
        const keyColumn = at - line.start + 1;
        at = skipSpaces(text, found.colon + 1);
        entries.push({ key: found.key, keyLine: line.number, keyColumn, value: inFlow(level + 1) });
      } else {
        // A pair in a list is a map of its own.
        if (found) throw new Undecided();
        items.push(inFlow(level + 1));
      }
      skip();
    }
    at += 1;
    return isMap ? { kind: 'map', ...from, entries, end: at } : { kind: 'list', ...from, items, end: at };
  };
  const char = text[at] as string;
  let value: YamlNode;
  if (char === '{' || char === '[') {
    try {
      value = flow(depth);
    } catch (error) {
      if (error instanceof Undecided) return undefined;
      throw error;
    }
  } else if (char === '"' || char === "'") {
    if (!quoted(text, at, end)) return undefined;
    count(depth);
    value = inQuotes();
  } else if (char === '|' || char === '>') return undefined;
  else {
    if (!beginsPlain(text, at, end)) throw new Undecided();
    // Searched in this line alone: in the whole text, every value would search to its end.
    const remark = text.slice(at, end).indexOf(' #');
    count(depth);
    value = plainUntil(remark === -1 ? end : at + remark);
  }
  // After the value comes nothing, or a comment.
  const rest = skipSpaces(text, at);
  if (rest < end && (text[rest] !== '#' || rest === at)) throw new Undecided();
  return value;
}
