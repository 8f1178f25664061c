import { error, type Result, unknown } from './value.ts';

/** Functions on texts: those of CEL, of its extension for strings, and IAM's `extract`. They count code points. */

type Method = (text: string, args: readonly unknown[]) => Result | undefined;

const isText = (value: unknown): value is string => typeof value === 'string';
const isInt = (value: unknown): value is bigint => typeof value === 'bigint';
const length = (text: string) => [...text].length;

const byText =
  (compute: (text: string, other: string) => Result): Method =>
  (text, args) =>
    args.length === 1 && isText(args[0]) ? compute(text, args[0]) : undefined;
const alone =
  (compute: (text: string) => Result): Method =>
  (text, args) =>
    args.length === 0 ? compute(text) : undefined;

/**
 * IAM's `extract`: the part of the text at `{name}` of the template, or an empty text if the template does not fit
 * (cloud.google.com/iam/docs/conditions-attribute-reference).
 */
function extract(text: string, template: string): Result {
  const [, before, after] = /^([^{}]*)\{[^{}]*\}([^{}]*)$/s.exec(template) ?? [];
  if (before === undefined || after === undefined)
    return unknown('the template of extract() does not have exactly one {name}');
  const at = text.indexOf(before);
  if (at < 0) return '';
  const rest = text.slice(at + before.length);
  const end = after === '' ? rest.length : rest.indexOf(after);
  return end < 0 ? '' : rest.slice(0, end);
}

/** Where the other text begins, counted in code points, or -1. */
function position(text: string, found: number): bigint {
  return found < 0 ? -1n : BigInt(length(text.slice(0, found)));
}

const substring: Method = (text, [from, to, ...more]) => {
  if (!isInt(from) || (to !== undefined && !isInt(to)) || more.length > 0) return undefined;
  const points = [...text];
  const end = to === undefined ? BigInt(points.length) : to;
  if (from < 0n || from > points.length || end < from || end > points.length)
    return error('substring() is out of range');
  return points.slice(Number(from), Number(end)).join('');
};

const split: Method = (text, [by, limit, ...more]) => {
  if (!isText(by) || (limit !== undefined && !isInt(limit)) || more.length > 0) return undefined;
  const pieces = by === '' ? [...text] : text.split(by);
  if (limit === undefined || limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  if (limit === 0n) return [];
  const kept = Number(limit) - 1;
  return [...pieces.slice(0, kept), pieces.slice(kept).join(by)];
};

const replace: Method = (text, [from, to, limit, ...more]) => {
  if (!isText(from) || !isText(to) || more.length > 0) return undefined;
  if (limit === undefined)
    return from === '' ? unknown('replace() of an empty text') : text.replaceAll(from, () => to);
  return unknown('replace() with a limit');
};

export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['startsWith', byText((text, other) => text.startsWith(other))],
  ['endsWith', byText((text, other) => text.endsWith(other))],
  ['contains', byText((text, other) => text.includes(other))],
  ['extract', byText(extract)],
  ['size', alone((text) => BigInt(length(text)))],
  ['lowerAscii', alone((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))],
  ['upperAscii', alone((text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase()))],
  // White space of Unicode, to which U+FEFF does not belong.
  ['trim', alone((text) => text.replace(/^(?:(?!\ufeff)[\s\u0085])+|(?:(?!\ufeff)[\s\u0085])+$/g, ''))],
  ['indexOf', byText((text, other) => position(text, text.indexOf(other)))],
  ['lastIndexOf', byText((text, other) => position(text, text.lastIndexOf(other)))],
  ['substring', substring],
  [
    'charAt',
    (text, [at, ...more]) => {
      if (!isInt(at) || more.length > 0) return undefined;
      const points = [...text];
      return at < 0n || at > points.length ? error('charAt() is out of range') : (points[Number(at)] ?? '');
    },
  ],
  ['split', split],
  ['replace', replace],
]);
