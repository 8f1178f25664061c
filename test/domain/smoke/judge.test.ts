import { describe, expect, test } from '@jest/globals';
import { type Answer, readText } from '../../../src/domain/smoke/answer-text.ts';
import { judge } from '../../../src/domain/smoke/judge.ts';
import { percentiles } from '../../../src/domain/smoke/latency.ts';
import { judgeDenial, judgeRefusal } from '../../../src/domain/smoke/refusal.ts';
import { scrubToken } from '../../../src/domain/smoke/scrub.ts';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';
import { cpuMsOf } from '../../support/cpu.ts';

const itemOf = (rest: string) => {
  const parsed = parseSuite(`version: 1\ncases:\n  - {name: a, image: a.png, ${rest}}`, 'x');
  if (!parsed.suite?.cases[0]) throw new Error(JSON.stringify(parsed.problems));
  return parsed.suite.cases[0];
};
const answerOf = (body: unknown, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  truncated: false,
  garbled: false,
  milliseconds: 100,
  ...more,
});
const judged = (rest: string, body: unknown, more: Partial<Answer> = {}) => {
  const item = itemOf(rest);
  const answer = answerOf(body, more);
  return judge(item, answer, readText(answer, item.text)).failures.map((failure) => failure.what);
};
const text = (rest: string, body: unknown, more: Partial<Answer> = {}) =>
  readText(answerOf(body, more), itemOf(rest).text);

describe('where the text of an answer is found', () => {
  test.each([
    ['Vision', { responses: [{ fullTextAnnotation: { text: 'a' } }] }, 'a'],
    [
      'Vision, older key',
      { responses: [{ textAnnotations: [{ description: 'a\nb' }, { description: 'a' }] }] },
      'a\nb',
    ],
    ['Vision, blank page', { responses: [{}] }, ''],
    ['Document AI', { document: { text: 'a' } }, 'a'],
    ['plain JSON', { text: 'a', confidence: 1 }, 'a'],
    ['lines', { lines: [{ text: 'a' }, { text: 'b' }] }, 'a\nb'],
    ['plain text', 'just text', 'just text'],
    ['plain JSON, blank page', { text: '' }, ''],
    ['plain JSON, an empty text beside lines', { text: '', lines: [{ text: 'a' }] }, 'a'],
    ['plain JSON, blank page with an empty error', { text: '', error: '' }, ''],
    ['lines, blank page', { lines: [] }, ''],
    ['Vision, blank page with an empty text', { responses: [{ fullTextAnnotation: { text: '' } }] }, ''],
    ['Vision, empty error', { responses: [{ error: {}, fullTextAnnotation: { text: 'a' } }] }, 'a'],
    ['Document AI, blank page', { document: { text: '' } }, ''],
    ['Document AI, blank page over REST', { document: { pages: [{}] } }, ''],
  ])('auto: %s', (_, body, wanted) => expect(text('expect: {status: 200}', body).text).toBe(wanted));

  test('at a JMESPath, with the parts of a list joined', () => {
    expect(
      text('text: {path: "pages[].blocks[].t", join: " "}', {
        pages: [{ blocks: [{ t: 'a' }, { t: 'b' }] }, { blocks: [{ t: 'c' }] }],
      }).text,
    ).toBe('a b c');
    expect(text('text: {path: "a.b"}', { a: 5 }).problem).toBe('The answer holds no text at a.b.');
  });

  test.each([
    [
      'an error inside a 200',
      { responses: [{ error: { code: 3, message: 'bad image' } }] },
      /holds an error at responses\[0\]\.error: .*bad image/,
    ],
    ['no text', { foo: 1 }, /no text at text or lines/],
    ['a text that is null', { text: null }, /no text at text or lines/],
    ['not JSON', '<html>', undefined],
  ])('%s', (_, body, problem) => {
    const read = text(problem ? 'expect: {status: 200}' : 'text: json', body);
    expect(read.problem).toMatch(problem ?? /^The answer is not JSON\.$/);
  });

  test('an error at a path that the suite names', () => {
    expect(text('text: {path: text, no_error_at: warnings}', { text: 'a', warnings: ['x'] }).problem).toMatch(
      /warnings/,
    );
  });

  test('an answer that is cut or not UTF-8 has no text', () => {
    expect(text('expect: {status: 200}', { text: 'a' }, { truncated: true }).problem).toMatch(/4 MiB/);
    expect(text('expect: {status: 200}', { text: 'a' }, { garbled: true }).problem).toMatch(/UTF-8/);
  });

  test('deeply nested JSON does no harm', () => {
    expect(text('text: json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`).text).toBeUndefined();
    expect(text('text: {path: "a[].b[].c"}', JSON.stringify({ a: 1 })).problem).toBeDefined();
  });
});

describe('expectations', () => {
  test('with a wrong status the text is not checked', () => {
    expect(judged('expect: {text: hello}', 'oops', { status: 500 })).toEqual([
      'The answer was 500, expected 200: "oops".',
    ]);
    expect(judged('expect: {text: x}', '', { status: 302 })).toEqual([
      'The answer was 302, a redirect, which the test does not follow, expected 200.',
    ]);
    expect(judged('expect: {status: [400, 422]}', 'x', { status: 422 })).toEqual([]);
  });

  test('text within max_cer and max_wer', () => {
    expect(judged('expect: {text: "TOTAL 128.40"}', { text: 'TOTAL 128.40' })).toEqual([]);
    expect(judged('expect: {text: "TOTAL 128.40"}', { text: 'TOTAL 123.40' })).toEqual([
      '1 of 12 characters differ: CER 8.33 %, allowed 2.00 %.',
    ]);
    expect(judged('expect: {text: "TOTAL 128.40", max_cer: 0.1}', { text: 'TOTAL 123.40' })).toEqual([]);
    expect(judged('expect: {text: "a b c d", max_wer: 0.2}', { text: 'a b c e' })).toEqual([
      'WER 25.0 % of 4 words, allowed 20.0 %.',
    ]);
  });

  test('contains, not_contains and matches compare under the policy', () => {
    expect(judged('expect: {contains: "합계 128,400원"}', { text: '합 계 128,400 원' })).toEqual([]);
    expect(judged('expect: {contains: 합계}', { text: '합계'.normalize('NFD') })).toEqual([]);
    expect(
      judged('expect: {contains: [TOTAL, "128.40"], not_contains: DRAFT}', { text: 'DRAFT TOTAL' }),
    ).toEqual(['"128.40" is not in the text.', '"DRAFT" is in the text but must not be.']);
    expect(judged("expect: {matches: '^TOTAL\\s+\\d+$'}", { text: 'x\nTOTAL 12\ny' })).toEqual([]);
    expect(judged("expect: {matches: '\\d{9}'}", { text: '12' })).toEqual([
      'Nothing in the text matches /\\d{9}/.',
    ]);
  });

  test('fields are compared exactly', () => {
    const rule = (field: string) => `expect: {fields: {total: ${field}}}`;
    expect(judged(rule("{pattern: 'TOTAL (\\S+)', equals: '128.40'}"), { text: 'TOTAL 128.40' })).toEqual([]);
    expect(judged(rule("{pattern: 'TOTAL (\\S+)', equals: '128.40'}"), { text: 'TOTAL 182.40' })).toEqual([
      'total is "182.40", expected "128.40".',
    ]);
    expect(judged(rule("{pattern: 'TOTAL (\\S+)', equals: '128.40'}"), { text: 'none' })).toEqual([
      'total is missing, expected "128.40".',
    ]);
    expect(judged(rule('{path: data.total, equals: 128.4}'), { text: '', data: { total: 128.4 } })).toEqual(
      [],
    );
    expect(
      judged(rule("{path: data.total, equals: '128.40'}"), { text: '', data: { total: 128.4 } }),
    ).toEqual(['total is "128.4", expected "128.40".']);
    expect(judged(rule('{path: ok, equals: true}'), { text: '', ok: 'true' })).toEqual([
      'total is "true", expected "true".',
    ]);
    expect(judged(rule("{path: constructor, equals: 'x'}"), { text: '' })).toEqual([
      'total is missing, expected "x".',
    ]);
  });

  test('headers and latency', () => {
    expect(
      judged('expect: {headers: {Content-Type: "/^application.json/"}, max_latency: 50ms}', { text: '' }),
    ).toEqual(['The answer took 100 ms, allowed 50 ms.']);
    expect(judged('expect: {headers: {x-a: "1"}}', { text: '' })).toEqual([
      'The header x-a is missing, expected "1".',
    ]);
  });

  test('a blank page', () => {
    expect(judged('expect: {empty: true}', { text: ' \n' })).toEqual([]);
    expect(judged('expect: {empty: true}', { text: 'ab' })).toEqual([
      'The image is blank, but 2 characters were read: "ab".',
    ]);
    expect(judged('expect: {empty: true, max_stray: 2}', { text: 'ab' })).toEqual([]);
  });

  test.each(['empty: true', 'text: ""', 'not_contains: DRAFT'])('an empty text satisfies %s', (rule) => {
    expect(judged(`expect: {${rule}}`, { text: '' })).toEqual([]);
    expect(judged(`expect: {${rule}}`, { responses: [{}] })).toEqual([]);
    expect(judged(`expect: {${rule}}`, { note: 'no text here' })).toHaveLength(1);
  });
});

describe('refusals', () => {
  const item = itemOf('expect: {text: "TOTAL 128.40"}');
  const attempt = (status: number, body: string) => ({ answer: answerOf(body, { status }) });
  test('a denial is a 401 or 403 whose body does not contain the text', () => {
    expect(judgeDenial(item, attempt(401, 'no'), 'no token')).toEqual([]);
    expect(judgeDenial(item, attempt(403, '<html>'), 'no token')).toEqual([]);
    expect(judgeDenial(item, attempt(404, ''), 'no token')[0]?.what).toMatch(/404, expected 401 or 403/);
    expect(judgeDenial(item, attempt(302, ''), 'no token')).toHaveLength(1);
    expect(judgeDenial(item, attempt(401, '{"text":"TOTAL 128.4O"}'), 'no token')[0]?.what).toMatch(
      /the body contains the text/,
    );
    expect(
      judgeDenial(item, attempt(401, 'you may not see TOTAL  128.40 here'), 'no token')[0]?.what,
    ).toMatch(/the body contains the text/);
  });

  test.each([
    'Error: x\n    at decode (/workspace/index.js:10:5)',
    'Error\n    at file:///app/index.js:1:2',
    '{"error":"x\\n    at run (/app/index.js:1:2)"}',
    '<pre>Error: x<br> &nbsp; &nbsp;at decode (/app/index.js:10:5)</pre>',
    'Traceback (most recent call last):\n  File "/workspace/main.py", line 3',
    'java.lang.Error at com.acme.Ocr(Ocr.java:12)',
    'goroutine 1 [running]:',
    'cannot open /workspace/node_modules/sharp/lib',
  ])('server internals: %s', (body) => {
    expect(
      judgeRefusal(attempt(400, body), 'a corrupt image')
        .map((failure) => failure.what)
        .join(),
    ).toMatch(/reveals server internals/);
  });

  test('a 4xx is a refusal; a 5xx or a 200 is not', () => {
    expect(judgeRefusal(attempt(422, '{"error":"The image is damaged at byte 12:30"}'), 'x')).toEqual([]);
    expect(judgeRefusal(attempt(500, 'x'), 'x')).toHaveLength(1);
    expect(judgeRefusal(attempt(200, 'x'), 'x')).toHaveLength(1);
    expect(judgeRefusal(attempt(200, 'x'), 'x', [200])).toEqual([]);
  });

  test('long bodies are checked in bounded time', () => {
    const took = cpuMsOf(() => {
      judgeRefusal(attempt(400, ' at '.repeat(100_000)), 'x');
      judgeRefusal(attempt(400, `${' '.repeat(400_000)}x`), 'x');
      judgeRefusal(attempt(400, '/'.repeat(400_000)), 'x');
      judgeRefusal(attempt(400, '\nat /:1'.repeat(100_000)), 'x');
      scrubToken('a'.repeat(1_000_000), 'b'.repeat(500));
    });
    expect(took).toBeLessThan(5000);
  });
});

test('every percentile is a measured latency', () => {
  expect(percentiles([])).toBeUndefined();
  expect(percentiles([5])).toEqual({ samples: 1, p50: 5, p95: 5, p99: 5, max: 5, mean: 5 });
  expect(percentiles(Array.from({ length: 100 }, (_, i) => 100 - i))).toMatchObject({
    p50: 50,
    p95: 95,
    p99: 99,
    max: 100,
    mean: 50.5,
  });
});
