import { expect, test } from '@jest/globals';
import { boundedMatch } from '../../../src/actions/smoke-test/bounded-match.ts';
import { score } from '../../../src/domain/ocr/score.ts';
import { defaultPolicy } from '../../../src/domain/ocr/units.ts';
import { type Answer, readText } from '../../../src/domain/smoke/answer-text.ts';
import { judge } from '../../../src/domain/smoke/judge.ts';
import { scrubToken } from '../../../src/domain/smoke/scrub.ts';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';

/** Answers found by hand that ended a run, or held it up for minutes. */
const itemOf = (rest: string) => {
  const parsed = parseSuite(`version: 1\ncases:\n  - {name: a, image: a.png, ${rest}}`, 'x');
  if (!parsed.suite?.cases[0]) throw new Error(JSON.stringify(parsed.problems));
  return parsed.suite.cases[0];
};
const whats = (rest: string, body: string, headers: Record<string, string> = {}) => {
  const item = itemOf(rest);
  const answer: Answer = { status: 200, headers, body, truncated: false, garbled: false, milliseconds: 1 };
  return judge(item, answer, readText(answer, item.text), boundedMatch).failures.map(({ what }) => what);
};
const nested = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;

test('JSON that is nested too deeply to be written again does no harm', () => {
  expect(whats('expect: {text: abc}', `{"error":${nested}}`)).toEqual([
    'The answer holds an error at error: (nested too deeply to be shown)',
  ]);
  expect(whats('expect: {fields: {total: {path: x, equals: 1}}}', `{"text":"","x":${nested}}`)).toEqual([
    'total is "(nested too deeply to be shown)", expected "1".',
  ]);
});

test.each([
  ['a text', 'expect: {matches: "(\\\\d+\\\\.?)+$"}', `${'1'.repeat(40)}x`, {}],
  ['a field', 'expect: {fields: {t: {pattern: "(\\\\d+\\\\.?)+$", equals: "1"}}}', `${'1'.repeat(40)}x`, {}],
  ['line ends', 'expect: {matches: "^\\\\s*TOTAL"}', '\n'.repeat(100_000), {}],
  ['a header', 'expect: {headers: {x: "/^(a+)+$/"}}', 'x', { x: `${'a'.repeat(40)}!` }],
])('a pattern that would run for minutes over %s is stopped', (_, rest, body, headers) => {
  expect(whats(rest, body, headers)).toEqual([expect.stringMatching(/^The pattern .* takes too long/)]);
});

test('a pattern with a time limit finds the same as one without', () => {
  expect(boundedMatch('TOTAL\\s+(\\S+)( 원)?', 'mu', 'x\nTOTAL 128.40')).toEqual([
    'TOTAL 128.40',
    '128.40',
    undefined,
  ]);
  expect(boundedMatch('^합계', 'mu', 'TOTAL\n합계')).toEqual(['합계']);
  expect(boundedMatch('x', 'u', 'y')).toBeUndefined();
});

test('of a pile of combining marks thirty are kept, so that sorting them is fast', () => {
  const pile = '\u0301\u0316'.repeat(100_000);
  expect(score('abc', pile, defaultPolicy).distance).toBe(30);
  const few = `a${'\u0316\u0301'.repeat(15)}`;
  expect(score(few, few.normalize('NFD'), defaultPolicy).distance).toBe(0);
});

test('a token is recognised in JSON escapes, and other escapes stay as they are', () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${'cGF5bG9hZA'.repeat(9)}`;
  const escaped = (text: string) =>
    Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  expect(scrubToken(`{"text":"${escaped(token)}"}`, token)).toBe('{"text":"***"}');
  expect(scrubToken(`{"text":"${escaped(token.slice(3, 30))}\\u0022"}`, token)).toBe('{"text":"***\\u0022"}');
  const quoted = JSON.stringify({ text: token, more: escaped(token) });
  expect(JSON.parse(scrubToken(quoted, token))).toEqual({ text: '***', more: escaped(token) });
  expect(scrubToken('{"text":"\\u0041 128,400원"}', token)).toBe('{"text":"\\u0041 128,400원"}');
});
