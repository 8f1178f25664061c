import { ApiError } from '../core/types.ts';

export type Token =
  | { kind: 'word'; text: string; quoted: boolean; at: number }
  | { kind: 'operator'; text: string; at: number }
  | { kind: 'symbol'; text: '(' | ')' | ',' | '-'; at: number };

export function filterError(message: string): ApiError {
  return new ApiError(400, 'INVALID_ARGUMENT', `Unparseable filter: ${message}`);
}

const operators = ['>=', '<=', '!=', '=~', '!~', '=', '>', '<', ':'];
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" };

function quoted(text: string, start: number): { value: string; end: number } {
  const quote = text[start];
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === quote) return { value, end: at + 1 };
    if (char !== '\\') value += char;
    else {
      const next = text[++at];
      if (next === undefined) break;
      // Other backslashes, such as in the \d of a regular expression, stay as they are.
      value += escapes[next] ?? `\\${next}`;
    }
  }
  throw filterError(`syntax error at line 1, column ${start + 1}, unterminated string`);
}

/** Splits a filter of the Logging query language into tokens. Comments run from `--` to the end of the line. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    if (text.startsWith('--', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      continue;
    }
    if (char === '(' || char === ')' || char === ',') {
      tokens.push({ kind: 'symbol', text: char, at: at++ });
      continue;
    }
    const operator = operators.find((candidate) => text.startsWith(candidate, at));
    if (operator) {
      tokens.push({ kind: 'operator', text: operator, at });
      at += operator.length;
      continue;
    }
    if (char === '"' || char === "'") {
      const { value, end } = quoted(text, at);
      tokens.push({ kind: 'word', text: value, quoted: true, at });
      at = end;
      continue;
    }
    const previous = tokens.at(-1);
    if (char === '-' && previous?.kind !== 'operator' && /[A-Za-z("']/.test(text[at + 1] ?? '')) {
      tokens.push({ kind: 'symbol', text: '-', at: at++ });
      continue;
    }
    const word = /^[^\s()"'=!<>:,~]+(?:"[^"]*"[^\s()"'=!<>:,~]*)*/.exec(text.slice(at))?.[0];
    if (!word) throw filterError(`syntax error at line 1, column ${at + 1}, token '${char}'`);
    tokens.push({ kind: 'word', text: word, quoted: false, at });
    at += word.length;
  }
  return tokens;
}
