import type { Expression } from './node.ts';
import { HclProblem, type Scanner } from './scanner.ts';

/** Reads the expression up to the closing brace of an interpolation. */
export type Inner = (scanner: Scanner) => Expression;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A quoted text. The scanner stands at its first quote. */
export function quoted(scanner: Scanner, inner: Inner): Expression {
  const at = scanner.at;
  scanner.need('"');
  const parts = readParts(scanner, inner, () => scanner.peek('"'), true);
  scanner.need('"');
  return templateOf(parts, at, scanner.at);
}

/** A text from `<<MARK` or `<<-MARK` to the line with the mark. */
export function heredoc(scanner: Scanner, inner: Inner): Expression {
  const at = scanner.at;
  scanner.need('<<');
  const isIndented = scanner.take('-');
  const mark = scanner.identifier();
  if (!mark) throw new HclProblem('expected the mark of a here-document', scanner.at);
  const line = scanner.text.indexOf('\n', scanner.at);
  if (line < 0) throw new HclProblem(`the here-document ${mark} does not end`, at);
  scanner.at = line + 1;
  const close = new RegExp(`^[ \\t]*${mark}[ \\t\\r]*$`, 'm');
  const found = close.exec(scanner.text.slice(scanner.at));
  if (!found) throw new HclProblem(`the here-document ${mark} does not end`, at);
  const end = scanner.at + found.index;
  const parts = readParts(scanner, inner, () => scanner.at >= end, false);
  scanner.at = end + found[0].trimEnd().length;
  const whole = templateOf(parts, at, scanner.at);
  return isIndented && whole.kind === 'literal' && typeof whole.value === 'string'
    ? { ...whole, value: dedented(whole.value) }
    : whole;
}

/** A text without quotes of its own, from where the scanner stands to the end of what it reads. */
export function unquoted(scanner: Scanner, inner: Inner): Expression {
  const at = scanner.at;
  return templateOf(
    readParts(scanner, inner, () => scanner.isAtEnd, false),
    at,
    scanner.at,
  );
}

function dedented(text: string): string {
  const lines = text.split('\n');
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const least = Math.min(...indents, 1000);
  return lines.map((line) => line.slice(Math.min(least, line.length))).join('\n');
}

function readParts(
  scanner: Scanner,
  inner: Inner,
  ends: () => boolean,
  hasEscapes: boolean,
): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let text = '';
  while (!ends()) {
    if (scanner.isAtEnd) throw new HclProblem('a text does not end', scanner.at);
    if (scanner.peek('$${') || scanner.peek('%%{')) {
      text += scanner.text.slice(scanner.at + 1, scanner.at + 3);
      scanner.at += 3;
    } else if (scanner.peek('${')) {
      scanner.at += 2;
      scanner.take('~');
      parts.push(text, inner(scanner));
      text = '';
      scanner.skip(true);
      scanner.take('~');
      scanner.need('}');
    } else if (scanner.peek('%{')) {
      const close = scanner.text.indexOf('}', scanner.at);
      if (close < 0) throw new HclProblem('a directive does not end', scanner.at);
      parts.push(text, { kind: 'loop', parts: [], at: scanner.at, end: close + 1 });
      text = '';
      scanner.at = close + 1;
    } else {
      const char = scanner.text[scanner.at] as string;
      if (hasEscapes && char === '\n') throw new HclProblem('a text does not end on its line', scanner.at);
      if (hasEscapes && char === '\\') text += escaped(scanner);
      else text += scanner.plain() || scanner.text[scanner.at++];
    }
  }
  return [...parts, text];
}

function escaped(scanner: Scanner): string {
  const kind = scanner.text[scanner.at + 1] ?? '';
  const length = kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
  if (length > 0) {
    const code = Number.parseInt(scanner.text.slice(scanner.at + 2, scanner.at + 2 + length), 16);
    scanner.at += 2 + length;
    return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  }
  scanner.at += 2;
  return escapes[kind] ?? kind;
}

function templateOf(all: (string | Expression)[], at: number, end: number): Expression {
  const parts = all.filter((part) => part !== '');
  if (parts.every((part) => typeof part === 'string'))
    return { kind: 'literal', value: parts.join(''), at, end };
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') return { ...only, at, end };
  return { kind: 'template', parts, at, end };
}
