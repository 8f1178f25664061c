import { type Json, jsonText } from '../data/json.ts';
import { valueAt } from './answer-text.ts';
import { type CheckFailure, short } from './failure.ts';
import type { Match } from './match.ts';
import type { FieldRule } from './suite/model.ts';

/** The value of a field: what the first group of its pattern finds in the text, or what its path finds in the answer. */
function findValue(rule: FieldRule, text: string, json: Json | undefined, match: Match): Json | undefined {
  if (rule.path !== undefined) return valueAt(json, rule.path);
  return match(rule.pattern, 'mu', text)?.slice(0, 2).at(-1);
}

/** Compares one value exactly. A text is compared under the case's policy; `same` applies it. */
export function checkField(
  rule: FieldRule,
  text: string,
  json: Json | undefined,
  same: (text: string) => string,
  match: Match,
): CheckFailure[] {
  const found = findValue(rule, text, json, match);
  const equal =
    typeof rule.equals === 'string' && (typeof found === 'string' || typeof found === 'number')
      ? same(String(found)) === same(rule.equals)
      : found === rule.equals;
  if (equal) return [];
  const shown =
    found === undefined ? 'missing' : `"${short(typeof found === 'string' ? found : jsonText(found))}"`;
  const what = `${rule.name} is ${shown}, expected "${rule.equals}".`;
  return [{ check: 'field', what, expected: String(rule.equals), found: shown }];
}
