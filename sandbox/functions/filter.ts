import { invalidArgument } from '../core/errors.ts';
import type { Json } from './model.ts';

const TERM = /^(-|NOT\s+)?([\w.]+)\s*(!=|=|:)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"()]+))$/;

/** Reads comparisons joined by AND, the simplest part of AIP-160: `environment="GEN_2" AND labels.team=ocr`. */
export function resourceFilter(text: string): (resource: Json) => boolean {
  const terms = text
    .split(/\s+AND\s+/)
    .map((term) => term.trim())
    .filter(Boolean)
    .map(term);
  return (resource) => terms.every((matches) => matches(resource));
}

function term(text: string): (resource: Json) => boolean {
  const match = TERM.exec(text);
  if (!match) throw invalidArgument(`Invalid filter: could not parse '${text.slice(0, 80)}'.`);
  const [, not, field = '', operator, quoted, bare] = match;
  const wanted = quoted ?? bare ?? '';
  return (resource) => {
    let value: unknown = resource;
    for (const part of field.split('.')) value = (value as Json | undefined)?.[part];
    const found =
      operator === ':'
        ? wanted === '*'
          ? value !== undefined
          : String(value ?? '').includes(wanted)
        : String(value ?? (wanted === 'false' ? false : '')) === wanted;
    return (operator === '!=' ? !found : found) !== Boolean(not);
  };
}
