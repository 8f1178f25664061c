/**
 * One line of a `.gcloudignore` as gcloud reads it. The syntax is git's, but gcloud matches in its own way: from right
 * to left, so `a/b` matches at any depth. A file that gcloud leaves out must never be uploaded here.
 */
export interface IgnorePattern {
  negated: boolean;
  folderOnly: boolean;
  /** The pattern split at its slashes. A leading slash gives an empty first part. */
  parts: readonly string[];
}

/**
 * Removes trailing spaces that are not escaped, and resolves escapes. Undefined for a comment or a line without a
 * pattern.
 */
export function parsePattern(line: string): IgnorePattern | undefined {
  if (line.startsWith('#')) return undefined;
  const negated = line.startsWith('!');
  let text = negated ? line.slice(1) : line;
  const folderOnly = text.endsWith('/');
  if (folderOnly) text = text.slice(0, -1);
  text = withoutTrailingSpaces(text).replaceAll('\\ ', ' ');
  const backslashes = /\\*$/.exec(text)?.[0].length ?? 0;
  if (backslashes % 2 === 1) return undefined;
  text = text.replace(/\\([^\\])/g, '$1').replaceAll('\\\\', '\\');
  return text === '' ? undefined : { negated, folderOnly, parts: text.split('/') };
}

function withoutTrailingSpaces(text: string): string {
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const isEscape = text[at] === '\\' && at + 1 < text.length;
    if (isEscape) at++;
    if (isEscape || text[at] !== ' ') end = at + 1;
  }
  return text.slice(0, end);
}

/** Does the pattern match this path? `names` are the parts of the path. */
export function matches(pattern: IgnorePattern, names: readonly string[], isFolder: boolean): boolean {
  if (pattern.folderOnly && !isFolder) return false;
  const { parts } = pattern;
  const known = new Map<number, boolean>();

  /**
   * Matches the first `p` parts against the first `n` names. An `n` of -1 is above the root. `rooted`: no name may be
   * left over.
   */
  const from = (p: number, n: number, rooted: boolean): boolean => {
    if (p === 0) return rooted ? n === 0 : true;
    if (n < 0) return false;
    const part = parts[p - 1] as string;
    if (part === '**') {
      const key = p * (names.length + 2) + n;
      let found = known.get(key);
      if (found === undefined) {
        found = false;
        const ties = rooted || p === 1 || parts[0] !== '';
        for (let length = 0; length <= n && !found; length++) found = from(p - 1, length, ties);
        known.set(key, found);
      }
      return found;
    }
    // A star at the front matches one name or none.
    const left = n - 1;
    if (
      part === '*' &&
      p === 1 &&
      !rooted &&
      (left > 1 || (left === 1 && [...(names[0] as string)].length > 1))
    )
      return false;
    return matchesName(part, n > 0 ? (names[n - 1] as string) : '') && from(p - 1, left, rooted);
  };
  return from(parts.length, names.length, false);
}

/**
 * Matches `*`, `?` and `[...]` within one name. It goes back only to the last star, so that no pattern takes
 * exponential time.
 */
export function matchesName(pattern: string, name: string): boolean {
  const tokens = tokensOf(pattern);
  const chars = [...name];
  let t = 0;
  let c = 0;
  let star = -1;
  let resume = 0;
  while (c < chars.length) {
    const token = tokens[t];
    if (token === 'any') {
      star = t++;
      resume = c;
    } else if (token?.(chars[c] as string)) {
      t++;
      c++;
    } else if (star >= 0) {
      t = star + 1;
      c = ++resume;
    } else return false;
  }
  while (tokens[t] === 'any') t++;
  return t === tokens.length;
}

type Token = 'any' | ((char: string) => boolean);
const compiled = new Map<string, Token[]>();

function tokensOf(pattern: string): Token[] {
  const known = compiled.get(pattern);
  if (known) return known;
  const tokens: Token[] = [];
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    const end = char === '[' ? closing(chars, at) : -1;
    if (char === '*') {
      if (tokens.at(-1) !== 'any') tokens.push('any');
    } else if (char === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(setOf(chars.slice(at + 1, end)));
      at = end;
    } else tokens.push((other) => other === char);
  }
  compiled.set(pattern, tokens);
  return tokens;
}

/** Index where the bracket at `start` closes, or -1. A `]` right after `[` or `[!` belongs to the set. */
function closing(chars: readonly string[], start: number): number {
  let at = start + 1;
  if (chars[at] === '!') at++;
  if (chars[at] === ']') at++;
  return chars.indexOf(']', at);
}

function setOf(chars: readonly string[]): (char: string) => boolean {
  const negated = chars[0] === '!';
  const items = negated ? chars.slice(1) : [...chars];
  const ranges: [number, number][] = [];
  for (let at = 0; at < items.length; at++) {
    const low = codeOf(items[at] as string);
    const isRange = items[at + 1] === '-' && at + 2 < items.length;
    ranges.push([low, isRange ? codeOf(items[at + 2] as string) : low]);
    if (isRange) at += 2;
  }
  return (char) => ranges.some(([low, high]) => codeOf(char) >= low && codeOf(char) <= high) !== negated;
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;
