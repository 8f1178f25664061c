/**
 * `KEY=VALUE` pairs by commas or newlines, as deploy-cloud-functions@v4 reads them. We read more: comments, and quotes that protect
 * commas and newlines. A text that both would read, with different results, is an error, so that no other value is deployed than
 * before. The messages count entries and never quote the text: it may hold a password.
 */

const isLineEnd = (char: string | undefined): boolean =>
  char !== undefined && /[\n\r\u2028\u2029]/.test(char);
const isSeparator = (char: string | undefined): boolean => char === ',' || isLineEnd(char);
const isQuote = (char: string | undefined): boolean => char === '"' || char === "'";

interface Entry {
  /** Undefined if the entry has no `=`. */
  key?: string;
  value: string;
}

/** Reads one entry from `at` on. */
class Reader {
  readonly #text: string;
  at = 0;
  /** Number of the entry that is being read, from 1. */
  entry = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get #char(): string | undefined {
    return this.#text[this.at];
  }

  get hasMore(): boolean {
    return this.at < this.#text.length;
  }

  /** Skips white space and separators, and lines that begin with `#`. */
  skip(): void {
    let isLineStart = this.at === 0 || isLineEnd(this.#text[this.at - 1]);
    for (; this.hasMore; this.at++) {
      const char = this.#char as string;
      if (isLineStart && char === '#') {
        while (this.hasMore && !isLineEnd(this.#char)) this.at++;
        this.at--;
        continue;
      }
      if (!isSeparator(char) && !/\s/.test(char)) return;
      isLineStart = isLineEnd(char) || (isLineStart && char !== ',');
    }
  }

  read(): Entry {
    if (isQuote(this.#char)) return this.#quotedEntry();
    let key: string | undefined;
    let text = '';
    for (; this.hasMore && !isSeparator(this.#char); this.at++) {
      const char = this.#char as string;
      if (char === '\\') text += this.#escaped();
      else if (char === '=' && key === undefined) {
        key = text.trim();
        text = '';
        const quoted = this.#quotedValue();
        if (quoted !== undefined) return { key, value: quoted };
      } else text += char;
    }
    return key === undefined ? { value: text } : { key, value: text.trim() };
  }

  /** A backslash and the character after it. v4 drops every backslash, so only those are accepted that both read alike. */
  #escaped(): string {
    const next = this.#text[this.at + 1];
    if (next === undefined || !(isSeparator(next) || '\\"\'='.includes(next)))
      throw new Error(
        `expected \\\\ for a backslash in entry ${this.entry}, because a single one only protects a comma, a line break, a quote or an =`,
      );
    this.at++;
    return next;
  }

  /** Quotes around the whole entry. */
  #quotedEntry(): Entry {
    const { text } = this.#quoted();
    this.#expectEnd();
    const at = text.indexOf('=');
    return at < 0 ? { value: text } : { key: text.slice(0, at).trim(), value: text.slice(at + 1) };
  }

  /** A value in quotes after the `=` at `at`, or undefined. */
  #quotedValue(): string | undefined {
    let begin = this.at + 1;
    while (
      begin < this.#text.length &&
      /\s/.test(this.#text[begin] as string) &&
      !isLineEnd(this.#text[begin])
    )
      begin++;
    if (!isQuote(this.#text[begin])) return undefined;
    this.at = begin;
    const { text, isTorn } = this.#quoted();
    this.#expectEnd();
    if (!isTorn)
      throw new Error(
        `expected no quotes around the value of entry ${this.entry}, because deploy-cloud-functions keeps them as a part of it (leave them out, or quote the whole entry; \\" is a quote of the value)`,
      );
    return text;
  }

  /** The text in quotes. `isTorn`: v4, which does not know quotes, would split it. */
  #quoted(): { text: string; isTorn: boolean } {
    const quote = this.#char as string;
    let text = '';
    let isTorn = false;
    let isEscaped = false;
    for (this.at++; this.hasMore && this.#char !== quote; this.at++) {
      const char = this.#char as string;
      if (isSeparator(char) && !isEscaped) isTorn = true;
      isEscaped = char === '\\' && !isEscaped;
      if (char === '\\' && quote === '"' && this.at + 1 < this.#text.length) {
        const next = this.#text[++this.at] as string;
        text += next;
        isEscaped = false;
      } else text += char;
    }
    if (!this.hasMore) throw new Error(`expected every quote to be closed, but one ${quote} is not`);
    this.at++;
    return { text, isTorn };
  }

  #expectEnd(): void {
    while (this.hasMore && /\s/.test(this.#char as string) && !isLineEnd(this.#char)) this.at++;
    if (this.hasMore && !isSeparator(this.#char))
      throw new Error(`expected nothing after the closing quote of entry ${this.entry}`);
  }
}

export function parseMap(text: string): Map<string, string> {
  const reader = new Reader(text);
  const map = new Map<string, string>();
  for (reader.skip(); reader.hasMore; reader.skip()) {
    const { key, value } = reader.read();
    const { entry } = reader;
    if (!key)
      throw new Error(
        key === undefined
          ? `expected KEY=VALUE for each entry, and entry ${entry} has no = (KEY= sets an empty value; quotes protect a comma inside a value)`
          : `expected KEY=VALUE for each entry, and entry ${entry} has no key (quotes protect a comma inside a value)`,
      );
    if (map.has(key)) {
      const first = [...map.keys()].indexOf(key) + 1;
      throw new Error(`expected each key once, and entries ${first} and ${entry} have the same one`);
    }
    map.set(key, value);
    reader.entry++;
  }
  return map;
}
