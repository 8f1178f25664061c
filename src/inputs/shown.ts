import { createHash } from 'node:crypto';
import { parseMap } from '../domain/data/parse-map.ts';
import type { Definition } from '../domain/inputs/definition.ts';

/**
 * A message quotes a wrong value only if it does not look like a secret: a few short or ordinary words, such as `lots of
 * memory` or `europe-west-1`, or a number.
 */
export function isQuotable(text: string): boolean {
  if (/^-?[\d.]{1,12} ?[a-z%]{0,3}$/i.test(text)) return true;
  if (text.length > 60 || /[\r\n]/.test(text)) return false;
  const words = text.split(/[\s,;:/_.-]+/).filter(Boolean);
  return words.length <= 6 && words.every(isPlain);
}

/** Words of Google's names that are longer than ordinary ones. */
const known = new Set([
  'gserviceaccount',
  'principalSet',
  'serviceAccounts',
  'serviceAccount',
  'workloadIdentityPools',
]);

/** A path, a name, an address or a few words, without anything that looks like a secret. */
export function isPlainText(text: string): boolean {
  if (text.length > 300) return false;
  const words = text.split(/[\s,;:/\\_.@*=-]+/).filter(Boolean);
  return (
    words.length <= 40 && words.every((word) => known.has(word) || /^\d{1,20}$/.test(word) || isPlain(word))
  );
}

const isPlain = (word: string) =>
  word.length < 8 || (word.length <= 14 && /^([a-z]+|[A-Z]+|[A-Z][a-z]+)\d{0,2}$/.test(word));

export const shownOf = ({ secret, shown, kind }: Definition) => (secret ? 'hidden' : (shown ?? kind.shown));

/** True if a report shows nothing of the value. */
export const isHiddenText = (shown: string): boolean => shown.startsWith('(hidden');

/** A value that could not be read, for a message; undefined if it must not be shown. */
export function shownInMessage(definition: Definition, text: string): string | undefined {
  if (shownOf(definition) !== 'value' && shownOf(definition) !== 'plain') return undefined;
  if (!isQuotable(text)) return `a value of ${text.length} characters`;
  return `"${text.replace(/\s+/g, ' ')}"`;
}

/** A value that was read, for the report. */
export function shownInReport(definition: Definition, text: string): string {
  switch (shownOf(definition)) {
    case 'value':
      return text;
    case 'keys':
      return text === '{}' ? text : `${[...parseMap(text).keys()].map(keyText).join(', ')} (values hidden)`;
    case 'origin':
      return originOf(text) ?? '(hidden)';
    case 'plain':
      return isPlainText(text) ? text : `(hidden, ${text.length} characters)`;
    case 'query':
      return queryText(text);
    default:
      return '(hidden)';
  }
}

/**
 * The names of metrics and labels, without the values of labels. Two queries differ if their hashes do. The hash has 16 bits, so
 * that nobody can find out a value by guessing: 1 of 65 536 guesses fits by chance.
 */
function queryText(text: string): string {
  const names = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '"…"');
  const words = names
    .split(/[^\w]+/)
    .flatMap((name) => name.split('_'))
    .filter(Boolean);
  const isQuery = /^[\w\s:{}()[\],.=!~<>+*/%^@"…-]+$/.test(names) && words.every(isPlain);
  if (!isQuery) return `(hidden, ${text.length} characters)`;
  return `${names} (#${createHash('sha256').update(text).digest('hex').slice(0, 4)})`;
}

/** A value or the line of a key that was pasted in the wrong place reads as a name. Only what looks like a name is shown. */
export const isName = (key: string): boolean => /^[a-z_][\w./-]{0,39}$/i.test(key);

const keyText = (key: string) => (isName(key) ? key : `a name of ${key.length} characters`);

/** Scheme and host of each URL in a list, without user, password, path and query. */
function originOf(text: string): string | undefined {
  const urls = text.split(/[\s,]+/).filter(Boolean);
  if (!urls.every((url) => URL.canParse(url))) return undefined;
  return urls.map((url) => new URL(url).origin).join(', ');
}
