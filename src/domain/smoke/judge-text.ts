import { type Score, score } from '../ocr/score.ts';
import { comparable, fold, settlePolicy } from '../ocr/units.ts';
import type { TextRead } from './answer-text.ts';
import { type CheckFailure, short } from './failure.ts';
import { checkField } from './field.ts';
import type { Match } from './match.ts';
import { maxMatched, withinTime } from './patterns.ts';
import type { Expect, SmokeCase } from './suite/model.ts';

const percent = (rate: number) => `${(rate * 100).toFixed(rate > 0 && rate < 0.1 ? 2 : 1)} %`;

/** Whether the case says anything about the text, so that an answer without a text is a failure. */
export function needsText(item: SmokeCase): boolean {
  const { text, empty, contains, notContains, matches, fields } = item.expect;
  return (
    text !== undefined ||
    empty ||
    contains.length + notContains.length + matches.length > 0 ||
    fields.some((rule) => rule.pattern !== undefined)
  );
}

function checkScore(expect: Expect, result: Score, text: string): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (expect.empty && result.insertions > expect.maxStray)
    failures.push({
      check: 'text',
      what: `The image is blank, but ${result.insertions} characters were read: "${short(text.trim())}".`,
      expected: '',
      found: text,
    });
  if (expect.maxCer !== undefined && result.cer > expect.maxCer)
    failures.push({
      check: 'cer',
      what: `${result.distance} of ${result.length} characters differ: CER ${percent(result.cer)}, allowed ${percent(expect.maxCer)}.`,
    });
  if (expect.maxWer !== undefined && result.wer > expect.maxWer)
    failures.push({
      check: 'wer',
      what: `WER ${percent(result.wer)} of ${result.words} words, allowed ${percent(expect.maxWer)}.`,
    });
  return failures;
}

function checkPhrases(expect: Expect, text: string, same: (text: string) => string): CheckFailure[] {
  const found = same(text).slice(0, maxMatched);
  const missing = expect.contains.filter((wanted) => !found.includes(same(wanted)));
  const unwanted = expect.notContains.filter((phrase) => found.includes(same(phrase)));
  return [
    ...missing.map((wanted) => ({
      check: 'contains' as const,
      what: `"${short(wanted)}" is not in the text.`,
      expected: wanted,
      found: text,
    })),
    ...unwanted.map((phrase) => ({
      check: 'contains' as const,
      what: `"${short(phrase)}" is in the text but must not be.`,
    })),
  ];
}

/** Compares the recognised text with everything that the case expects of it. */
export function judgeText(
  item: SmokeCase,
  read: TextRead,
  match: Match,
): { failures: CheckFailure[]; score: Score | undefined; text: string } {
  const { expect } = item;
  const text = read.text ?? '';
  const fieldValues = expect.fields.map((rule) => String(rule.equals));
  const policy = settlePolicy(
    item.policy,
    [expect.text ?? '', ...expect.contains, ...fieldValues].join('\n'),
  );
  const same = (value: string) => comparable(value, policy);
  const folded = fold(text, policy).slice(0, maxMatched);
  const wanted = expect.empty ? '' : expect.text;
  const result = wanted === undefined ? undefined : score(wanted, text, policy);
  const matches = expect.matches.flatMap((pattern) =>
    withinTime('matches', pattern, () =>
      match(pattern, 'mu', folded) !== undefined
        ? []
        : [{ check: 'matches', what: `Nothing in the text matches /${short(pattern)}/.`, found: text }],
    ),
  );
  const fields = expect.fields.flatMap((rule) =>
    withinTime('field', rule.pattern ?? '', () => checkField(rule, folded, read.json, same, match)),
  );
  const scored = result ? checkScore(expect, result, text) : [];
  return {
    failures: [...scored, ...checkPhrases(expect, text, same), ...matches, ...fields],
    score: result,
    text,
  };
}
