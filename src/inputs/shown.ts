import { parseMap } from '../domain/data/parse-map.ts';
import type { Definition } from '../domain/inputs/definition.ts';

/** Characters of a value that a message quotes. A longer one is not quoted at all: a piece of a secret is a secret. */
const quotable = 60;

const shownOf = ({ secret, shown, kind }: Definition) => (secret ? 'hidden' : (shown ?? kind.shown));

/** A value that could not be read, for a message; undefined if it must not be shown. */
export function shownInMessage(definition: Definition, text: string): string | undefined {
  if (shownOf(definition) !== 'value') return undefined;
  if (text.length > quotable || /[\r\n]/.test(text)) return `a value of ${text.length} characters`;
  return `"${text.replace(/\s+/g, ' ')}"`;
}

/** A value that was read, for the report. */
export function shownInReport(definition: Definition, text: string): string {
  switch (shownOf(definition)) {
    case 'value':
      return text;
    case 'keys':
      return text === '{}' ? text : `${[...parseMap(text).keys()].join(', ')} (values hidden)`;
    case 'origin':
      return originOf(text) ?? '(hidden)';
    default:
      return '(hidden)';
  }
}

/** Scheme and host of each URL in a list, without user, password, path and query. */
function originOf(text: string): string | undefined {
  const urls = text.split(/[\s,]+/).filter(Boolean);
  if (!urls.every((url) => URL.canParse(url))) return undefined;
  return urls.map((url) => new URL(url).origin).join(', ');
}
