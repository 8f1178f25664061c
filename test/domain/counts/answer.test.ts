import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { countsJsonSchema, readAnswer } from '../../../src/domain/counts/answer.ts';
import { endingProblem, type ProgramEnding } from '../../../src/domain/counts/ending.ts';
import { type CountQuestion, variablesOf } from '../../../src/domain/counts/question.ts';

const from = 1_795_000_000_000;
const question: CountQuestion = {
  service: 'ocr',
  revisions: ['ocr-2', 'ocr-1'],
  except: [],
  objectives: [{ id: 'availability', kind: 'availability' }],
  from,
  to: from + 60_000,
};
const cell = (revision: string, total = 10, bad = 1) => ({ revision, total, bad });
const both = [cell('ocr-2'), cell('ocr-1', 90, 0)];
const line = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown, asked: Partial<CountQuestion> = {}) =>
  readAnswer(line(value), { ...question, ...asked });
const good = { until: from + 60_000, counts: both };

describe('an answer', () => {
  test('of every cell that was asked for is taken', () => {
    expect(read(good)).toEqual({
      until: from + 60_000,
      cells: [
        { revision: 'ocr-2', objective: 'availability', total: 10, bad: 1 },
        { revision: 'ocr-1', objective: 'availability', total: 90, bad: 0 },
      ],
    });
  });

  test('may come in any order, end in a newline, and end before what was asked for', () => {
    const until = from + 30_000;
    const answer = `\n${JSON.stringify({ until, counts: [...both].reverse() })}\r\n`;
    expect(read(answer)).toMatchObject({ until, cells: [{ revision: 'ocr-2' }, { revision: 'ocr-1' }] });
  });

  test('may say that nothing was seen yet, without a request', () => {
    const counts = both.map(({ revision }) => cell(revision, 0, 0));
    expect(read({ until: from, counts })).toMatchObject({ until: from });
  });

  test('of the whole service names no revision', () => {
    const answer = { until: from + 1, counts: [{ objective: 'availability', total: 3, bad: 3 }] };
    expect(read(answer, { revisions: [] })).toMatchObject({ cells: [{ revision: '', total: 3, bad: 3 }] });
  });

  test.each<[string, unknown, RegExp]>([
    ['no line', '', /printed nothing/],
    ['blank lines', ' \n\n', /printed nothing/],
    ['two lines', `${JSON.stringify(good)}\n${JSON.stringify(good)}\n`, /printed 2 lines/],
    ['a note before it', `counting…\n${JSON.stringify(good)}`, /printed 2 lines/],
    ['no JSON', 'ok', /line that is not JSON/],
    ['NaN', `{"until": ${from}, "counts": [{"revision": "ocr-2", "total": NaN, "bad": 0}]}`, /printed NaN/],
    ['a list', [good], /an object with until and counts/],
    ['null', null, /an object with until and counts/],
    ['no until', { counts: both }, /until: expected a whole number.*found nothing/],
    ['until as a text', { ...good, until: String(good.until) }, /until: expected a whole number/],
    ['until in seconds', { ...good, until: good.until / 1000 }, /goes back/],
    ['until that goes back', { ...good, until: from - 1 }, /goes back/],
    ['until in the future', { ...good, until: good.until + 1 }, /nobody has seen that time yet/],
    ['requests without time', { ...good, until: from }, /saw no moment after COUNT_FROM/],
    ['no counts', { until: good.until }, /counts: expected a list/],
    [
      'a negative total',
      { ...good, counts: [cell('ocr-2', -1, 0), both[1]] },
      /counts\[0\]\.total.*found -1/,
    ],
    ['a negative number of bad requests', { ...good, counts: [cell('ocr-2', 5, -1), both[1]] }, /\.bad/],
    ['a fraction', { ...good, counts: [cell('ocr-2', 1.5, 0), both[1]] }, /found 1\.5/],
    [
      'a number beyond what is exact',
      `{"until":${good.until},"counts":[{"revision":"ocr-2","total":1e999,"bad":0}]}`,
      /total: expected a whole number/,
    ],
    [
      'a rate as a text',
      { ...good, counts: [{ revision: 'ocr-2', total: '10', bad: 0 }, both[1]] },
      /found "10"/,
    ],
    [
      'more bad than all',
      { ...good, counts: [cell('ocr-2', 1, 2), both[1]] },
      /2 bad requests of 1 for ocr-2/,
    ],
    ['one revision alone', { ...good, counts: [both[0]] }, /does not count ocr-1.*must be 0/],
    ['no revision', { ...good, counts: [] }, /does not count ocr-2/],
    ['a revision twice', { ...good, counts: [...both, both[0]] }, /counts ocr-2 \(availability\) twice/],
    ['another revision', { ...good, counts: [...both, cell('ocr-3')] }, /counts ocr-3 .*not asked for/],
    ['the whole service', { ...good, counts: [{ total: 1, bad: 0 }] }, /the whole service .*not asked for/],
    [
      'another objective',
      { ...good, counts: [{ ...both[0], objective: 'speed' }, both[1]] },
      /\(speed\), which was not/,
    ],
    ['a key that nobody knows', { ...good, horizon: 1 }, /unknown key horizon/],
    [
      'a key that nobody knows in a cell',
      { ...good, counts: [{ ...both[0], errors: 1 }, both[1]] },
      /counts\[0\] with an unknown key errors/,
    ],
  ])('with %s is refused by name', (_, value, problem) => {
    expect(read(value)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('of bytes that are no text is refused', () => {
    expect(readAnswer(Buffer.from([0x7b, 0xff, 0x7d]), question)).toEqual({
      problem: expect.stringMatching(/not UTF-8/),
    });
  });

  test('without an objective is refused if there are several', () => {
    const objectives = [...question.objectives, { id: 'speed', kind: 'latency' as const, slowerThanMs: 800 }];
    expect(read(good, { objectives })).toEqual({ problem: expect.stringMatching(/without an objective/) });
  });

  test('never throws, never gives a count that was not asked for, and never a bad request too many', () => {
    const revision = fc.constantFrom('ocr-1', 'ocr-2', 'ocr-3', '__proto__', '');
    const number = fc.oneof(
      fc.integer({ min: -3, max: 9 }),
      fc.double(),
      fc.constant('7'),
      fc.constant(null),
    );
    const entry = fc.record({ revision, total: number, bad: number }, { requiredKeys: [] });
    const until = fc.oneof(fc.integer({ min: from - 2, max: from + 60_002 }), number);
    const answers = fc.oneof(
      fc.json().map((text) => text),
      fc.record({ until, counts: fc.array(entry, { maxLength: 3 }) }).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(answers, (text) => {
        const found = read(text);
        if (found.problem !== undefined) return;
        expect(found.cells.map(({ revision }) => revision)).toEqual(question.revisions);
        expect(found.until >= from && found.until <= question.to).toBe(true);
        for (const { total, bad } of found.cells) expect(bad >= 0 && bad <= total).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('the question says everything that a program needs', () => {
  const objectives = [
    { id: 'availability', kind: 'availability', clientErrors: true },
    { id: 'speed', kind: 'latency', slowerThanMs: 800 },
  ] as const;
  expect(variablesOf({ ...question, except: ['ocr-0'], objectives })).toEqual({
    COUNT_SERVICE: 'ocr',
    COUNT_REVISIONS: 'ocr-2,ocr-1',
    COUNT_EXCEPT: 'ocr-0',
    COUNT_FROM: String(from),
    COUNT_TO: String(from + 60_000),
    COUNT_OBJECTIVES:
      '[{"id":"availability","kind":"availability","client_errors":true},{"id":"speed","kind":"latency","slower_than_ms":800}]',
  });
});

test.each<[ProgramEnding, object | undefined]>([
  [{ kind: 'exit', code: 0 }, undefined],
  [{ kind: 'exit', code: 1 }, { problem: 'ended with exit code 1' }],
  [
    { kind: 'exit', code: 77 },
    { problem: 'ended with exit code 77', lasting: 'refused' },
  ],
  [
    { kind: 'exit', code: 78 },
    { problem: 'ended with exit code 78', lasting: 'unusable' },
  ],
  [
    { kind: 'exit', code: 127 },
    { problem: 'could not be started (exit code 127)', lasting: 'unusable' },
  ],
  [{ kind: 'exit', code: 137 }, { problem: 'ended with exit code 137, which means signal 9' }],
  [{ kind: 'deadline', seconds: 30 }, { problem: 'did not end within 30 s and was killed' }],
  [{ kind: 'flood', bytes: 9 }, { problem: 'printed more than 9 bytes and was killed' }],
])('the end %j', (ending, problem) => {
  expect(endingProblem(ending)).toEqual(problem);
});

test('the published schema is this one, and judges like the reader', () => {
  const file = join(import.meta.dirname, '../../../schemas/backstay.counts.json');
  const published = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(published).toEqual(JSON.parse(JSON.stringify(countsJsonSchema())));
  const accepts = new Ajv({ strict: true }).compile(published);
  expect(accepts(good)).toBe(true);
  expect(accepts({ ...good, counts: [cell('ocr-2', -1, 0)] })).toBe(false);
  expect(accepts({ ...good, horizon: 1 })).toBe(false);
});
