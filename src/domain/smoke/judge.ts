import { jsonText } from '../data/json.ts';
import { type Score, score } from '../ocr/score.ts';
import { comparable, fold, settlePolicy } from '../ocr/units.ts';
import { type Answer, type TextRead, valueAt } from './answer-text.ts';
import { type Match, plainMatch, SlowPattern } from './match.ts';
import type { FieldRule, SmokeCase } from './suite/model.ts';

/** One thing that is not as expected. `what` is one sentence; values in it are hostile and bounded. */
export interface Failure {
  check:
    | 'status'
    | 'answer'
    | 'text'
    | 'cer'
    | 'wer'
    | 'contains'
    | 'matches'
    | 'field'
    | 'header'
    | 'latency'
    | 'preset';
  what: string;
  expected?: string | undefined;
  found?: string | undefined;
}

export interface Judged {
  failures: Failure[];
  score?: Score | undefined;
  text?: string | undefined;
}

const percent = (rate: number) => `${(rate * 100).toFixed(rate > 0 && rate < 0.1 ? 2 : 1)} %`;
const short = (text: string, most = 120) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
/** Patterns run over at most this much of what the server sent. */
const maxMatched = 100_000;

const tooSlow = (check: Failure['check'], pattern: string): Failure => ({
  check,
  what: `The pattern /${short(pattern)}/ takes too long on this answer: make it simpler, without a repetition inside a repetition.`,
});

/** What `work` finds, or the one failure that its pattern is too slow for this answer. */
function timely(check: Failure['check'], pattern: string, work: () => Failure[]): Failure[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof SlowPattern) return [tooSlow(check, pattern)];
    throw error;
  }
}

function checkHeader(name: string, rule: string, found: string | undefined, match: Match): Failure[] {
  const pattern = /^\/(.*)\/$/.exec(rule)?.[1];
  return timely('header', pattern ?? '', () => {
    const right =
      found !== undefined &&
      (pattern === undefined ? found === rule : match(pattern, 'u', found) !== undefined);
    if (right) return [];
    return [
      {
        check: 'header' as const,
        what: `The header ${name} is ${found === undefined ? 'missing' : `"${short(found)}"`}, expected "${rule}".`,
        expected: rule,
        found,
      },
    ];
  });
}

function checkField(
  rule: FieldRule,
  text: string,
  read: TextRead,
  same: (text: string) => string,
  match: Match,
): Failure[] {
  const found =
    rule.path === undefined
      ? match(rule.pattern as string, 'mu', text.slice(0, maxMatched))
          ?.slice(0, 2)
          .at(-1)
      : valueAt(read.json, rule.path);
  const equal =
    typeof rule.equals === 'string' && (typeof found === 'string' || typeof found === 'number')
      ? same(String(found)) === same(rule.equals)
      : found === rule.equals;
  if (equal) return [];
  const shown =
    found === undefined ? 'missing' : `"${short(typeof found === 'string' ? found : jsonText(found))}"`;
  return [
    {
      check: 'field',
      what: `${rule.name} is ${shown}, expected "${rule.equals}".`,
      expected: String(rule.equals),
      found: shown,
    },
  ];
}

function checkText(item: SmokeCase, text: string, read: TextRead, match: Match): Judged {
  const { expect } = item;
  const failures: Failure[] = [];
  const said = [
    expect.text ?? '',
    ...expect.contains,
    ...expect.fields.map((rule) => String(rule.equals)),
  ].join('\n');
  const policy = settlePolicy(item.policy, said);
  const same = (value: string) => comparable(value, policy);
  const found = same(text.slice(0, maxMatched));
  const result =
    expect.text === undefined && !expect.empty
      ? undefined
      : score(expect.empty ? '' : (expect.text ?? ''), text, policy);
  if (expect.empty && result && result.insertions > expect.maxStray)
    failures.push({
      check: 'text',
      what: `The image is blank, but ${result.insertions} characters were read: "${short(text.trim())}".`,
      expected: '',
      found: text,
    });
  if (result && expect.maxCer !== undefined && result.cer > expect.maxCer)
    failures.push({
      check: 'cer',
      what: `${result.distance} of ${result.length} characters differ: CER ${percent(result.cer)}, allowed ${percent(expect.maxCer)}.`,
    });
  if (result && expect.maxWer !== undefined && result.wer > expect.maxWer)
    failures.push({
      check: 'wer',
      what: `WER ${percent(result.wer)} of ${result.words} words, allowed ${percent(expect.maxWer)}.`,
    });
  for (const wanted of expect.contains)
    if (!found.includes(same(wanted)))
      failures.push({
        check: 'contains',
        what: `"${short(wanted)}" is not in the text.`,
        expected: wanted,
        found: text,
      });
  for (const unwanted of expect.notContains)
    if (found.includes(same(unwanted)))
      failures.push({ check: 'contains', what: `"${short(unwanted)}" is in the text, and must not be.` });
  const folded = fold(text.slice(0, maxMatched), policy);
  for (const pattern of expect.matches)
    failures.push(
      ...timely('matches', pattern, () =>
        match(pattern, 'mu', folded) !== undefined
          ? []
          : [{ check: 'matches', what: `Nothing in the text matches /${short(pattern)}/.`, found: text }],
      ),
    );
  for (const rule of expect.fields)
    failures.push(...timely('field', rule.pattern ?? '', () => checkField(rule, folded, read, same, match)));
  return { failures, score: result, text };
}

const wantsText = (item: SmokeCase) => {
  const { text, empty, contains, notContains, matches, fields } = item.expect;
  return (
    text !== undefined ||
    empty ||
    contains.length + notContains.length + matches.length > 0 ||
    fields.some((rule) => rule.pattern !== undefined)
  );
};

/** Everything that is wrong with an answer; nothing is skipped because something else failed, except the text of a wrong status. */
export function judge(item: SmokeCase, answer: Answer, read: TextRead, match: Match = plainMatch): Judged {
  const { expect } = item;
  const failures: Failure[] = [];
  const statusRight = expect.status.includes(answer.status);
  if (!statusRight)
    failures.push({
      check: 'status',
      what: `The answer was ${answer.status}${answer.status >= 300 && answer.status < 400 ? ', a redirect, which is not followed' : ''}, expected ${expect.status.join(' or ')}${answer.body === '' ? '' : `: "${short(answer.body, 200)}"`}.`,
      expected: expect.status.join(' or '),
      found: String(answer.status),
    });
  for (const [name, rule] of Object.entries(expect.headers))
    failures.push(...checkHeader(name, rule, answer.headers[name.toLowerCase()], match));
  if (expect.maxLatencyMs !== undefined && answer.milliseconds > expect.maxLatencyMs)
    failures.push({
      check: 'latency',
      what: `The answer took ${Math.round(answer.milliseconds)} ms, allowed ${Math.round(expect.maxLatencyMs)} ms.`,
    });
  if (!statusRight) return { failures };
  if (read.text === undefined && wantsText(item))
    return { failures: [...failures, { check: 'answer', what: read.problem }] };
  const judged = checkText(item, read.text ?? '', read, match);
  return { ...judged, failures: [...failures, ...judged.failures] };
}
