import { parseMap } from '../domain/data/parse-map.ts';
import type { Definition } from '../domain/inputs/definition.ts';
import { isPrivate, plainNames, secretWords, urlLogins } from '../domain/text/private-values.ts';
import { isName, isPlainText, isQuotable, shownOf } from './shown.ts';

/** What happens to the values of inputs in everything that the action writes. */
export interface Privacy {
  /** A secret: also masked in the log of the whole job. */
  add(value: string): void;
  hide(value: string): void;
  show(text: string): void;
}

/** Keeps what an input holds out of messages and files, also if a server repeats it, and leaves readable what is public. */
export function protectValue(definition: Definition, text: string, { add, hide, show }: Privacy): void {
  switch (shownOf(definition)) {
    case 'value':
      show(text);
      return;
    case 'plain':
      if (isPlainText(text)) show(text);
      else for (const value of [...urlLogins(text), ...secretWords(text)]) hide(value);
      return;
    case 'keys':
      for (const [key, value] of text === '{}' ? [] : parseMap(text)) {
        if (isName(key)) show(key);
        else hide(key);
        for (const login of urlLogins(value)) hide(login);
        if (isPrivate(value)) hide(value);
      }
      return;
    case 'origin':
      for (const login of urlLogins(text)) add(login);
      for (const word of secretWords(text.replace(/^[a-z]+:\/\/[^/]*/i, ''))) hide(word);
      return;
    default:
      for (const value of [...urlLogins(text), ...secretWords(text)]) hide(value);
  }
}

/** If a value could not be read, nobody knows which part of it is a secret. The action ends after it. */
export function protectWrongValue(definition: Definition, text: string, { add, hide, show }: Privacy): void {
  if (definition.secret) return;
  for (const name of plainNames(text)) show(name);
  if (['value', 'plain'].includes(shownOf(definition)) && isQuotable(text)) {
    show(text);
    return;
  }
  if (shownOf(definition) === 'origin') for (const login of urlLogins(text)) add(login);
  for (const line of text.split(/[\r\n]+/)) if (isPrivate(line.trim())) hide(line.trim());
}
