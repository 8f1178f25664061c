import type { Json } from '../data/json.ts';
import { readLogEntry } from './entry.ts';
import type { Explained } from './explain.ts';

/**
 * The exceptions that no earlier entry names. The types alone are compared: an earlier entry may be one line of a stack trace, so it
 * need not have the place.
 */
export function firstLogged(errors: Explained['errors'], earlier: readonly Json[]): Explained['errors'] {
  const texts = earlier.map((raw) => readLogEntry(raw)?.text ?? '');
  return errors.filter(({ type }) => {
    const word = type === 'panic' ? 'panic:' : type;
    return !texts.some((text) => text.includes(word));
  });
}
