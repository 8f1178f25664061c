import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { score } from '../../../src/domain/ocr/score.ts';
import { diffText, textDiff } from '../../../src/domain/ocr/text-diff.ts';
import { defaultPolicy, type TextPolicy } from '../../../src/domain/ocr/units.ts';
import { type Answer, readText } from '../../../src/domain/smoke/answer-text.ts';
import { judge } from '../../../src/domain/smoke/judge.ts';
import { judgeDenial, judgeRefusal } from '../../../src/domain/smoke/refusal.ts';
import { junit } from '../../../src/domain/smoke/results/junit.ts';
import { scrubToken } from '../../../src/domain/smoke/scrub.ts';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';
import { smokeSummary } from '../../../src/domain/summary/smoke/section.ts';

/** No suite and no answer makes the code throw or return NaN. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.stringMatching(/^[\uac00-\ud7a3 \n]{0,40}$/),
);
const policy: fc.Arbitrary<TextPolicy> = fc.record({
  whitespace: fc.constantFrom('auto', 'ignore', 'collapse', 'keep'),
  unit: fc.constantFrom('code-point', 'grapheme'),
  compat: fc.boolean(),
  equivalents: fc.boolean(),
  ignoreCase: fc.boolean(),
});
const words = [
  'version',
  'cases',
  'image',
  'expect',
  'text',
  'max_cer',
  'presets',
  'latency',
  'fields',
  'request',
  'a',
  '1',
  '__proto__',
  'constructor',
];
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>('raw', 1, 0.5, true, null, 'deterministic', '3s', '1MiB', 'a.png', '('),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('value'), { maxKeys: 4 }),
  ),
}));

test('any text as a suite gives either a suite or problems with places', () => {
  const check = (source: string) => {
    const parsed = parseSuite(source, 'x.yaml');
    if (parsed.suite) return;
    expect(parsed.problems.length).toBeGreaterThan(0);
    for (const { line, column, message } of parsed.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).toMatch(/\S/);
      expect(message).not.toMatch(/undefined|\[object/);
    }
  };
  fc.assert(fc.property(text, check), { numRuns: 300 });
  fc.assert(
    fc.property(value, (any) => check(JSON.stringify(any))),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(value, value, (one, two) =>
      check(JSON.stringify({ version: 1, cases: [{ image: 'a', expect: one, request: two }] })),
    ),
    { numRuns: 300 },
  );
});

test('scores are finite, their distance is symmetric, and equal texts score zero', () => {
  fc.assert(
    fc.property(text, text, policy, (a, b, by) => {
      const fixed = { ...by, whitespace: by.whitespace === 'auto' ? ('collapse' as const) : by.whitespace };
      const scored = score(a, b, fixed);
      for (const number of Object.values(scored))
        if (typeof number === 'number') expect(Number.isFinite(number)).toBe(true);
      expect(score(b, a, fixed).distance).toBe(scored.distance);
      expect(score(a, a, fixed).distance).toBe(0);
      expect(score(a.normalize('NFD'), a.normalize('NFC'), fixed).distance).toBe(0);
      expect(scored.normalisedCer).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});

test('a diff keeps every visible character of the expected text', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const lines = textDiff(a, b, { ...defaultPolicy, whitespace: 'ignore' });
      const left = lines.map((line) => line.expected).join('');
      expect(left.replace(/[\s⏎]/gu, '')).toBe(
        a
          .normalize('NFC')
          .replace(/[\ufeff\u200b\u00ad]/g, '')
          .normalize('NFC')
          .replace(/[\s⏎]/gu, ''),
      );
      expect(typeof diffText(lines)).toBe('string');
    }),
    { numRuns: 300 },
  );
});

test('any answer can be judged and reported, and its text does no harm', () => {
  const suite = parseSuite(
    'version: 1\ncases:\n  - image: a.png\n    expect: {text: "TOTAL 1", contains: TOTAL, matches: "\\\\d", fields: {a: {path: "a.b[0]", equals: 1}, b: {pattern: "(\\\\d+)", equals: "1"}}, headers: {x: "/y/"}}',
    'x.yaml',
  ).suite;
  const item = suite?.cases[0];
  if (!item) throw new Error('no suite');
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.json(),
        value.map((any) => JSON.stringify({ text: any, responses: any, document: any })),
      ),
      fc.integer({ min: 100, max: 599 }),
      (body, status) => {
        const answer: Answer = {
          status,
          headers: {},
          body,
          truncated: false,
          garbled: false,
          milliseconds: 1,
        };
        const judged = judge(item, answer, readText(answer, item.text));
        judgeDenial(item, { answer }, 'no token');
        judgeRefusal({ answer }, 'An image');
        const result = {
          kind: 'case' as const,
          name: body.slice(0, 50),
          place: item.place,
          status: 'failed' as const,
          flaky: false,
          attempts: ['200'],
          milliseconds: 1,
          failures: judged.failures,
          score: judged.score,
          expected: 'TOTAL 1',
          recognised: judged.text ?? '',
          note: body,
        };
        const evidence = {
          suite: 's',
          file: 'f',
          url: 'u',
          results: [result],
          coldMs: 1,
          latency: undefined,
          cer: undefined,
          milliseconds: 1,
        };
        const markdown = smokeSummary(evidence).join('\n');
        expect(markdown).not.toContain('##[');
        expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/);
        expect(junit(evidence, { endedAt: 0, host: undefined })).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/,
        );
      },
    ),
    { numRuns: 400 },
  );
});

test('16 characters of a token never remain', () => {
  const token = fc.stringMatching(/^[\w-]{20,80}\.[\w-]{20,80}\.[\w-]{20,80}$/);
  fc.assert(
    fc.property(
      token,
      text,
      fc.nat(100),
      fc.integer({ min: 16, max: 120 }),
      (secret, noise, from, length) => {
        const part = secret.slice(from, from + length);
        const clean = scrubToken(`${noise} ${part} ${noise}${part}${noise} {"a":"${part}"}`, secret);
        for (let i = 0; i + 16 <= secret.length; i++) expect(clean).not.toContain(secret.slice(i, i + 16));
      },
    ),
    { numRuns: 300 },
  );
});
