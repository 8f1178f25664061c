import { parseMap } from '../domain/data/parse-map.ts';
import type { Definition } from '../domain/inputs/definition.ts';

/** A message quotes a wrong value only if it is too short to be a secret, or a number. A piece of a secret is a secret. */
const isQuotable = (text: string) =>
  (text.length < 8 && !/[\r\n]/.test(text)) || /^-?[\d.]{1,12} ?[a-z%]{0,3}$/i.test(text);

export const shownOf = ({ secret, shown, kind }: Definition) => (secret ? 'hidden' : (shown ?? kind.shown));

/** A value that could not be read, for a message; undefined if it must not be shown. */
export function shownInMessage(definition: Definition, text: string): string | undefined {
  if (shownOf(definition) !== 'value') return undefined;
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
    default:
      return '(hidden)';
  }
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
