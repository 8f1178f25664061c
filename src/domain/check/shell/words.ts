import type { DoubleQuotedChild, Word, WordPart } from 'unbash';
import type { Embedded } from '../files/embedded.ts';
import type { ShellWord } from './command.ts';

/** A value that a variable can have: its words, with their places. */
export interface Held {
  words: ShellWord[];
  /** False if the value is one text, which the shell splits at its spaces if the variable stands without quotes. */
  isList: boolean;
}

/** The values of the variables at one point of the script. */
export type Scope = Map<string, Held[]>;

/** Stands for an expression of GitHub in a script, one for each of its characters, so that no offset moves. */
export const filler = '\ue000';

/** What `${{ … }}` gives, if that is known. */
export type Expressions = (expression: string) => string | undefined;

interface Context {
  script: Embedded;
  /** The script as it stands in the file. The parser saw fillers in place of expressions. */
  original: string;
  scope: Scope;
  expressions: Expressions;
}

type Piece = { text: string | undefined; quoted: boolean } | { held: Held[]; quoted: boolean };

/** A word as the words that the shell makes of it. */
export function expand(word: Word, context: Context): ShellWord[] {
  const at = { file: context.script.file, ...context.script.at(word.pos) };
  const raw = context.original.slice(word.pos, word.end);
  const pieces = word.parts
    ? word.parts.flatMap((part) => piecesOf(part, context, false))
    : literal(word.value, word.pos, context, false);
  if (pieces.length === 1 && pieces[0] && 'held' in pieces[0]) return spread(pieces[0], raw, at);
  const texts = pieces.map((piece) =>
    'held' in piece ? (piece.held.length === 1 ? flat(piece.held[0] as Held) : undefined) : piece.text,
  );
  const known = texts.every((text) => text !== undefined);
  const text = known ? texts.join('') : undefined;
  const splits = pieces.some((piece) => !piece.quoted && 'text' in piece && /\$\{\{/.test(raw));
  if (text !== undefined && splits && /\s/.test(text))
    return text.split(/\s+/).flatMap((part) => (part ? [{ text: part, raw: part, at, maybe: false }] : []));
  return [{ text, raw, at, maybe: false }];
}

const flat = ({ words }: Held): string | undefined =>
  words.every(({ text }) => text !== undefined) ? words.map(({ text }) => text).join(' ') : undefined;

/** A variable that stands alone: the words of each value that it can have. */
function spread(
  { held, quoted }: { held: Held[]; quoted: boolean },
  raw: string,
  at: ShellWord['at'],
): ShellWord[] {
  const maybe = held.length > 1;
  return held.flatMap((value) => {
    if (value.isList || (quoted && value.words.length === 1))
      return value.words.map((word) => ({
        ...word,
        at: word.raw.startsWith('$') ? at : word.at,
        maybe: maybe || word.maybe,
      }));
    const text = flat(value);
    if (text === undefined) return [{ text: undefined, raw, at, maybe }];
    const [first] = value.words;
    // The value of a variable that the environment sets stands nowhere in the script, so its use is the place.
    const isElsewhere = first === undefined || first.raw.startsWith('$');
    const place = isElsewhere ? at : first.at;
    if (quoted) return [{ text, raw, at: place, maybe }];
    // Each word stands at its own column, behind the quote of the value.
    const isPlain = value.words.length === 1 && first?.raw.includes(text) && !text.includes('\n');
    const start = place.column + (isPlain ? (first?.raw.indexOf(text) ?? 0) : 0);
    return [...text.matchAll(/\S+/g)].map(({ 0: part, index }) => ({
      text: part,
      raw: isElsewhere ? raw : part,
      at: isPlain ? { ...place, column: start + index } : place,
      maybe,
    }));
  });
}

function piecesOf(part: WordPart | DoubleQuotedChild, context: Context, quoted: boolean): Piece[] {
  switch (part.type) {
    case 'Literal':
      return literal(part.value, part.pos, context, quoted);
    case 'SingleQuoted':
      return literal(part.value, part.pos + 1, context, true);
    case 'AnsiCQuoted':
      return [{ text: part.value, quoted: true }];
    case 'DoubleQuoted':
    case 'LocaleString': {
      const inner = part.parts.flatMap((child) => piecesOf(child, context, true));
      return inner.length === 0 ? [{ text: '', quoted: true }] : inner;
    }
    case 'SimpleExpansion':
      return [{ held: heldBy(part.text.slice(1), context), quoted }];
    case 'ParameterExpansion': {
      const held = part.prefix
        ? [unknownValue(part.text, context, part.pos)]
        : heldBy(part.parameter, context);
      const { operation } = part;
      if (operation?.type === 'Default' && /[-=]/.test(operation.operator)) {
        const other = expand(operation.operand, context);
        const isSet = context.scope.has(part.parameter);
        return [{ held: [...(isSet ? held : []), { words: other, isList: false }], quoted }];
      }
      if (operation) return [{ held: [unknownValue(part.text, context, part.pos)], quoted }];
      return [{ held, quoted }];
    }
    case 'Glob':
    case 'BraceExpansion':
    case 'ExtendedGlob':
      return [{ text: part.text.includes(filler) ? undefined : part.text, quoted }];
    default:
      return [{ text: undefined, quoted }];
  }
}

const unknownValue = (raw: string, { script }: Context, pos: number): Held => ({
  words: [{ text: undefined, raw, at: { file: script.file, ...script.at(pos) }, maybe: false }],
  isList: false,
});

function heldBy(name: string, context: Context): Held[] {
  return (
    context.scope.get(name) ?? [
      {
        words: [
          {
            text: undefined,
            raw: `$${name}`,
            at: { file: context.script.file, ...context.script.at(0) },
            maybe: false,
          },
        ],
        isList: false,
      },
    ]
  );
}

/** A literal, with the values of the expressions of GitHub in it. */
function literal(value: string, pos: number, context: Context, quoted: boolean): Piece[] {
  if (!value.includes(filler)) return [{ text: value, quoted }];
  const source = context.original.slice(pos);
  let unknown = false;
  // The fillers of the value stand for the expressions of the source, in order.
  const expressions = [...source.matchAll(/\$\{\{(.*?)\}\}/gs)].map((match) => match[1] ?? '');
  let next = 0;
  let left = 0;
  let text = '';
  for (const char of value) {
    if (char !== filler) {
      text += char;
      left = 0;
      continue;
    }
    if (left > 0) {
      left--;
      continue;
    }
    const expression = expressions[next++] ?? '';
    left = expression.length + 4;
    const known = context.expressions(expression.trim());
    if (known === undefined) unknown = true;
    text += known ?? '';
  }
  return [{ text: unknown ? undefined : text, quoted }];
}
