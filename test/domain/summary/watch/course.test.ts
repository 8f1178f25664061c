import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { watchChart } from '../../../../src/domain/summary/watch/chart.ts';
import { courseOf, shownLooks } from '../../../../src/domain/summary/watch/course.ts';
import { watchLines } from '../../../../src/domain/summary/watch/section.ts';
import { watchTable } from '../../../../src/domain/summary/watch/table.ts';
import type { WatchFacts } from '../../../../src/domain/watch/evidence.ts';

/** Tests the lines of a watch's chart and the numbers in the table beside it. */

type Pair = [total: number, bad: number];
const counts = ([total, bad]: Pair) => ({ total, bad });
const sum = (pairs: readonly Pair[]): Pair =>
  pairs.reduce<Pair>(([total, bad], more) => [total + more[0], bad + more[1]], [0, 0]);

/** Looks every ten seconds, each [candidate, baseline]; the totals are their sums unless they are given. */
const watched = (looks: readonly [Pair, Pair][], more: Partial<WatchFacts> = {}): WatchFacts => ({
  candidate: 'new-2',
  baseline: 'old-1',
  phase: 'split',
  share: 0.5,
  source: 'logs',
  lagSeconds: 0,
  notes: [],
  points: looks.map(([candidate, baseline], i) => ({
    seconds: 10 * (i + 1),
    tests: [{ candidate: counts(candidate), baseline: counts(baseline) }],
  })),
  tests: [
    {
      objective: { id: 'availability', kind: 'availability', target: 0.99 },
      stream: 'users',
      limit: 0.01,
      candidate: counts(sum(looks.map(([candidate]) => candidate))),
      baseline: counts(sum(looks.map(([, baseline]) => baseline))),
      interval: [0, 1],
      against: 0,
      actsAt: Math.log(2000),
      pass: 0,
    },
  ],
  ...more,
});
const totals = (facts: WatchFacts, more: object): WatchFacts => ({
  ...facts,
  tests: [{ ...(facts.tests[0] as WatchFacts['tests'][number]), ...more }],
});
const linesOf = (facts: WatchFacts): number[][] =>
  watchChart(facts)
    .filter((line) => line.includes('line ['))
    .map((line) =>
      line
        .replace(/.*\[(.*)\].*/, '$1')
        .split(', ')
        .map(Number),
    );

/** One request per look, of which the first is bad; then thirty per look, of which one in a hundred is bad. */
const thinStart: [Pair, Pair][] = [
  [
    [1, 1],
    [1, 0],
  ],
  [
    [1, 0],
    [2, 0],
  ],
  ...Array.from({ length: 10 }, (_, i): [Pair, Pair] => [
    [30, i % 3 === 0 ? 1 : 0],
    [30, 0],
  ]),
];

describe('the first point of the line', () => {
  test('one request says nothing, so no point of the line counts so few', () => {
    const lines = linesOf(watched(thinStart));
    expect(Math.max(...lines.flat())).toBeLessThan(10);
    for (const look of shownLooks(watched(thinStart), 0)) {
      expect(look.candidate.total).toBeGreaterThanOrEqual(20);
      expect(look.baseline.total).toBeGreaterThanOrEqual(20);
    }
  });

  test('nineteen requests get no chart, only the table', () => {
    const few = watched([
      [
        [2, 2],
        [9, 0],
      ],
      [
        [17, 0],
        [9, 0],
      ],
    ]);
    expect(watchChart(few)).toEqual([]);
    expect(watchTable(few, 0).join('\n')).toContain('| failed | 2 (10.5 %) | 0 (0 %) |');
    expect(watchTable(few, 0).join('\n')).not.toContain('trend');
  });

  test('an old revision with hardly any calls has no line', () => {
    const facts = watched(thinStart.map(([candidate], i) => [candidate, [i < 3 ? 1 : 0, 0]]));
    expect(linesOf(facts)).toHaveLength(2);
    expect(watchChart(facts)[0]).not.toContain('🟦');
  });
});

describe('the same numbers everywhere', () => {
  test('the line ends with what the table and the sentence say', () => {
    const facts = watched(thinStart);
    const [candidate, baseline, limit] = linesOf(facts);
    expect(candidate?.at(-1)).toBeCloseTo((100 * 5) / 302, 2);
    expect(baseline?.at(-1)).toBe(0);
    expect(new Set(limit)).toEqual(new Set([1]));
    expect(watchTable(facts, 0).join('\n')).toContain('| failed | 5 (1.66 %) | 0 (0 %) | ❌ 1.00 % |');
    expect(watchChart(facts).join('\n')).toContain('The new revision ends at 1.66 % / the limit is 1.00 %');
  });

  test('every point of the chart is a row of the table below it', () => {
    const facts = watched(thinStart);
    const [candidate] = linesOf(facts);
    const text = watchLines(facts, { chart: true }).join('\n');
    const rows = text.match(/^\| \d+(m\d\d)?s \| .*$/gm) ?? [];
    expect(rows).toHaveLength(candidate?.length ?? 0);
    expect(rows.at(-1)).toBe('| 2m00s | 5 of 302 (1.66 %) | 0 of 303 (0 %) |');
    rows.forEach((row, i) => {
      const [, bad, total] = /\| (\d+) of (\d+) /.exec(row) ?? [];
      expect((100 * Number(bad)) / Number(total)).toBeCloseTo(candidate?.[i] ?? -1, 2);
    });
  });

  test('looks that brought nothing new share one row, and at the end the last of them is shown', () => {
    const quiet: [Pair, Pair] = [
      [0, 0],
      [0, 0],
    ];
    const busy: [Pair, Pair] = [
      [40, 1],
      [40, 0],
    ];
    const text = watchChart(watched([busy, quiet, quiet, busy, quiet, quiet])).join('\n');
    expect(text.match(/^\| \d+(m\d\d)?s \|/gm)).toEqual(['| 10s |', '| 40s |']);
  });

  test('the counts of an earlier runner come before the first look', () => {
    const facts = totals(watched(thinStart), {
      candidate: { total: 1302, bad: 15 },
      baseline: { total: 1303, bad: 4 },
    });
    expect(courseOf(facts, 0)[0]).toMatchObject({
      candidate: { total: 1001, bad: 11 },
      baseline: { total: 1001, bad: 4 },
    });
    expect(courseOf(facts, 0).at(-1)).toMatchObject({ candidate: { total: 1302, bad: 15 } });
  });

  test('at 100 % the chart counts only the requests at 100 %, and the old revision has no line', () => {
    const looks: [Pair, Pair][] = Array.from({ length: 5 }, () => [
      [100, 10],
      [0, 0],
    ]);
    // Forty of the split's requests, all good, arrived late in the log.
    looks[0] = [
      [140, 10],
      [3, 0],
    ];
    const facts = totals(watched(looks, { phase: 'full', share: 1 }), {
      candidate: { total: 1540, bad: 52 },
      baseline: { total: 1000, bad: 2 },
      full: { total: 500, bad: 50 },
    });
    const [candidate, limit, more] = linesOf(facts);
    expect([candidate?.at(-1), limit?.at(-1), more]).toEqual([10, 1, undefined]);
    const table = watchTable(facts, 0).join('\n');
    expect(table).toContain('| failed | 50 (10.0 %) | ❌ 1.00 % |');
    expect(table).toContain('| failed since its first traffic | 52 of 1 540 (3.38 %) |  |');
    expect(table).not.toContain('old-1');
  });
});

test('for any looks, points are evenly spaced, count enough requests, and end with the totals', () => {
  const pair = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]): Pair => [a + b, a]);
  void fc.assert(
    fc.property(fc.array(fc.tuple(pair, pair), { maxLength: 60 }), pair, pair, (looks, more, beside) => {
      const facts = totals(watched(looks), { candidate: counts(more), baseline: counts(beside) });
      const all = courseOf(facts, 0);
      for (const { candidate, baseline } of all) {
        expect(candidate.bad).toBeLessThanOrEqual(candidate.total);
        expect(baseline.bad).toBeLessThanOrEqual(baseline.total);
      }
      const shown = shownLooks(facts, 0);
      if (shown.length === 0) return;
      expect(shown.at(-1)).toMatchObject({ candidate: counts(more), baseline: counts(beside) });
      expect(shown.every(({ candidate }) => candidate.total >= 20)).toBe(true);
      const distances = shown.slice(1).map((look, i) => look.seconds - (shown[i]?.seconds ?? 0));
      expect(Math.max(...distances) - Math.min(...distances)).toBeLessThanOrEqual(20);
    }),
  );
});
