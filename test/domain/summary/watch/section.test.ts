import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gateOf } from '../../../../src/domain/budget/gate.ts';
import { newReport } from '../../../../src/domain/report/report.ts';
import { budgetLines, budgetRow } from '../../../../src/domain/summary/watch/budget.ts';
import { watchLines, watchSection } from '../../../../src/domain/summary/watch/section.ts';
import { watchTable } from '../../../../src/domain/summary/watch/table.ts';
import { countText, elapsedText, percentText } from '../../../../src/domain/text/numbers.ts';
import type { WatchFacts } from '../../../../src/domain/watch/evidence.ts';
import { cellsOf, marksOfShift, namelessBad } from '../../../../src/domain/watch/marks.ts';
import { nextStep } from '../../../../src/domain/watch/outcome.ts';
import { burning, burnPairs, crossed, newHistory, remember } from '../../../../src/domain/watch/policies.ts';
import { fell, starved } from '../../../../src/domain/watch/traffic.ts';

const facts = (change: Partial<WatchFacts> = {}): WatchFacts => ({
  candidate: 'ocr-api-00042-duk',
  baseline: 'ocr-api-00041-tep',
  share: 0.5,
  source: 'logs',
  lagSeconds: 4,
  notes: [],
  tests: [
    {
      objective: { id: 'availability', kind: 'availability', target: 0.995 },
      stream: 'users',
      limit: 0.005,
      candidate: { total: 2880, bad: 37 },
      baseline: { total: 2880, bad: 5 },
      interval: [0.006, 0.022],
      detectable: 0.012,
      against: Math.log(4100),
      actsAt: Math.log(2000),
      pass: -3,
    },
  ],
  points: [1, 2, 3].map((i) => ({
    seconds: 10 * i,
    tests: [{ candidate: { total: 960, bad: 4 * i }, baseline: { total: 960, bad: 2 } }],
  })),
  ...change,
});

describe('the why part', () => {
  test('shows the deciding numbers in four columns beside the chart', () => {
    const table = watchTable(facts(), 0);
    expect(table).toContain('| requests counted | 2 880 | 2 880 |  |');
    expect(table).toContain('| failed | 37 (1.28 %) | 5 (0.17 %) | ❌ 0.50 % |');
    expect(table).toContain('| odds it is worse than the old one | 4 100 to 1 |  | ❌ acts at 2 000 to 1 |');
    for (const row of table.filter((line) => line.startsWith('|'))) expect(row.split('|').length - 2).toBe(4);
    const lines = watchLines(facts(), { chart: true }).join('\n');
    expect(lines).toContain('xychart-beta');
    expect(lines).toContain('🟥 new revision · 🟦 old revision · 🟨 your limit (0.50 %)');
  });

  test('without a baseline there are three columns and two lines', () => {
    const alone = facts({ baseline: undefined });
    for (const row of watchTable(alone, 0).filter((line) => line.startsWith('|')))
      expect(row.split('|').length - 2).toBe(3);
    expect(watchLines(alone, { chart: true }).join('\n')).not.toContain('🟦');
  });

  test('hostile names, NaN and empty series never break the section', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom(Number.NaN, 0, 1e-9, 1e12, -1),
        (name, note, odd) => {
          const [test0] = facts().tests;
          const hostile = facts({
            candidate: name,
            notes: [note, '::error::x', '</details>', '|a|b|'],
            tests: [
              {
                ...(test0 as WatchFacts['tests'][number]),
                against: odd,
                pass: odd,
                interval: [odd, odd],
                detectable: odd,
              },
            ],
            points: [],
          });
          const text = watchLines(hostile, { chart: true }).join('\n');
          expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
          expect(text).not.toMatch(/^::error::/m);
          for (const row of text.split('\n').filter((line) => line.startsWith('| requests')))
            expect(row.split('|').length).toBe(6);
        },
      ),
    );
  });

  test('the section is collapsed after a pass, and absent without evidence', () => {
    const report = newReport('watch');
    expect(watchSection(report)).toEqual([]);
    report.evidence.watch = facts();
    report.verdict = 'pass';
    expect(watchSection(report)[0]).toContain('<details>');
    report.verdict = 'fail';
    expect(watchSection(report)[0]).toBe('### Why');
    report.evidence.watch = { tests: 'x', points: 1 } as never;
    expect(watchSection(report)).toEqual([]);
  });

  test('the budget in one row and in a table', () => {
    const gate = gateOf(
      [{ id: 'a', kind: 'availability', target: 0.995 }],
      { a: { total: 100_000, bad: 160 } },
      { windowSeconds: 2_592_000, onExhausted: 'block' },
    );
    expect(budgetRow(gate)).toBe('🟩🟩🟩🟩🟩🟩🟩⬜⬜⬜ 68.0 % left');
    const invoice = { items: [{ title: 'a', invoice: { bad: 10, share: 0.02, remaining: 0.66, more: 33 } }] };
    expect(budgetRow(gate, invoice)).toContain('this release spent 2.00 %, 33 more like it remain');
    expect(budgetLines(gate).join('\n')).toContain('| 160 of 500 | 100 000 |');
    expect(budgetRow({ remaining: undefined })).toContain('not known');
  });
});

describe('marks and cells', () => {
  const tests = [
    { objective: 'availability', limit: 0.005, stream: 'users' },
    { objective: 'availability', limit: 0.005, stream: 'probes' },
  ] as const;
  const marks = [
    ...marksOfShift({ shiftedAt: 100, settledAt: 110, share: 0.1, phase: 'split' }),
    ...marksOfShift({ shiftedAt: 200, settledAt: 200, share: 1, phase: 'full' }),
  ];
  const count = (revision: string, span: number, total: number, bad = 0, mixed = false) => ({
    revision,
    objective: 'availability',
    span,
    total,
    bad,
    ...(mixed ? { mixed } : {}),
  });
  const cells = (...counts: ReturnType<typeof count>[]) =>
    cellsOf(counts, marks, tests, { candidate: 'new', baseline: 'old' });

  test('traffic is unsettled until a slow shift is done', () => {
    expect(marks).toEqual([
      { at: 100, phase: 'split', share: null },
      { at: 110, phase: 'split', share: 0.1 },
      { at: 200, phase: 'full', share: 1 },
    ]);
  });
  test('each stretch has its own share; before the first shift nothing counts', () => {
    expect(
      cells(count('new', -1, 9), count('new', 0, 1), count('new', 1, 2, 1), count('old', 1, 18)),
    ).toEqual([
      {
        test: 0,
        phase: 'split',
        share: undefined,
        candidate: { total: 1, bad: 0 },
        baseline: { total: 0, bad: 0 },
      },
      {
        test: 0,
        phase: 'split',
        share: 0.1,
        candidate: { total: 2, bad: 1 },
        baseline: { total: 18, bad: 0 },
      },
    ]);
  });
  test('a bucket across a shift has no share', () => {
    expect(cells(count('new', 1, 5, 1, true))).toMatchObject([{ share: undefined, phase: 'split' }]);
  });
  test('errors without a revision count against the candidate only while it has all traffic', () => {
    expect(cells(count('', 1, 4, 4))).toEqual([]);
    expect(cells(count('', 2, 4, 4))).toMatchObject([{ phase: 'full', candidate: { total: 4, bad: 4 } }]);
    expect(namelessBad([count('', 1, 4, 4), count('', 2, 3, 3), count('new', 1, 9, 9)], marks)).toBe(4);
    const twice = [count('', 1, 2, 2), { ...count('', 1, 2, 2), objective: 'latency' }];
    expect(namelessBad(twice, marks)).toBe(2);
  });
});

describe('traffic', () => {
  test.each([
    [0, 1000, 0.1, true],
    [100, 900, 0.1, false],
    [60, 940, 0.1, false],
    [10, 990, 0.1, true],
    [0, 20, 0.1, false],
    [0, 0, 0.5, false],
    [5, 5, 1, false],
  ])('%d beside %d at share %d: starving is %s', (candidate, baseline, share, expected) => {
    expect(starved(candidate, baseline, share)).toBe(expected);
  });
  test.each([
    [10, 100, 60, true],
    [10, 400, 60, false],
    [undefined, 0, 60, false],
    [0.05, 0, 60, false],
    [10, 0, 0, false],
  ])(
    '%s requests a second before, then %d in %d s: traffic fell is %s',
    (before, requests, seconds, expected) => {
      expect(fell(before, requests, seconds)).toBe(expected);
    },
  );
});

describe('classical rules', () => {
  test('burn rates need both windows, and ten bad requests', () => {
    const history = newHistory();
    const rule = { limit: 0.005, pairs: burnPairs(), fewestBad: 10 };
    for (let t = 10; t <= 60; t += 10) remember(history, t, { total: 100, bad: 1 }, 1800);
    expect(burning(history, rule, 60)).toBeUndefined();
    for (let t = 70; t <= 120; t += 10) remember(history, t, { total: 100, bad: 10 }, 1800);
    expect(burning(history, rule, 120)?.pair.factor).toBe(6);
    for (let t = 130; t <= 500; t += 10) remember(history, t, { total: 100, bad: 0 }, 1800);
    expect(burning(history, rule, 500)).toBeUndefined();
  });
  test("thresholds count crossings and never forget them; a rule's option decides about silence", () => {
    const rule = {
      maxRate: 0.01,
      windowSeconds: 60,
      intervalSeconds: 60,
      failuresAllowed: 1,
      noData: 'ignore',
    } as const;
    const history = newHistory();
    remember(history, 60, { total: 10, bad: 1 }, 60);
    expect(crossed(history, rule, 60, 60)).toBe(false);
    expect(crossed(history, rule, 120, 120)).toBe(false);
    remember(history, 180, { total: 10, bad: 1 }, 60);
    expect(crossed(history, rule, 170, 170)).toBe(false);
    expect(crossed(history, rule, 180, 180)).toBe(true);
    const silent = newHistory();
    expect([60, 120].map((t) => crossed(silent, { ...rule, noData: 'fail' }, t, t))).toEqual([false, true]);
    const later = newHistory();
    expect(
      [60, 120, 180].map((t) => crossed(later, { ...rule, noData: 'fail', actsLater: true }, t, t)),
    ).toEqual([false, false, true]);
  });
});

describe('words', () => {
  test.each([
    [0.0128, '1.28 %'],
    [0.00089, '0.089 %'],
    [0.152, '15.2 %'],
    [0, '0 %'],
    [undefined, '-'],
    [Number.NaN, '-'],
  ])('%s is %s', (rate, text) => {
    expect(percentText(rate)).toBe(text);
  });
  test('numbers and times', () => {
    expect([countText(2880), countText(12), countText(1_234_567)]).toEqual(['2 880', '12', '1 234 567']);
    expect([elapsedText(6), elapsedText(192), elapsedText(5400)]).toEqual(['6s', '3m12s', '1h30m']);
  });
  test('the next step after a watch without a decision', () => {
    expect(nextStep('too_few_requests', undefined, true)).toBe('go_on');
    expect(nextStep('blind', undefined, false)).toBe('hold');
    expect(nextStep('platform', { platform: 'roll_back' }, true)).toBe('roll_back');
    expect(nextStep('too_few_requests', { too_few_requests: 'hold' }, false)).toBe('go_on');
  });
});
