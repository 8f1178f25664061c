import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { watchChart } from '../../../../src/domain/summary/watch/chart.ts';
import { clientChart } from '../../../../src/domain/summary/watch/client-chart.ts';
import { courseOf, shownLooks } from '../../../../src/domain/summary/watch/course.ts';
import { latencyChart } from '../../../../src/domain/summary/watch/latency-chart.ts';
import { oddsChart } from '../../../../src/domain/summary/watch/odds-chart.ts';
import { watchLines } from '../../../../src/domain/summary/watch/section.ts';
import { watchTable } from '../../../../src/domain/summary/watch/table.ts';
import type { PointFacts, WatchFacts } from '../../../../src/domain/watch/evidence.ts';

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
const lines = (chart: readonly string[]): number[][] =>
  chart
    .filter((line) => line.includes('line ['))
    .map((line) =>
      line
        .replace(/.*\[(.*)\].*/, '$1')
        .split(', ')
        .map(Number),
    );
/** The lines of the chart of rates without that of the window, which stands first. */
const linesOf = (facts: WatchFacts): number[][] => {
  const chart = watchChart(facts);
  return lines(chart).slice(chart[0]?.includes('🟪') ? 1 : 0);
};

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
    expect(rows.at(-1)).toBe('| 2m00s | 5 of 302 (1.66 %) | 1 of 90 (1.11 %) | 0 of 303 (0 %) |');
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

describe('the window beside the sums', () => {
  const quiet: [Pair, Pair] = [
    [30, 0],
    [30, 0],
  ];
  const failing: [Pair, Pair] = [
    [30, 6],
    [30, 0],
  ];
  const looks = [...Array.from({ length: 50 }, () => quiet), ...Array.from({ length: 10 }, () => failing)];

  test('shows at once what began lately, and the sum of all hides', () => {
    const facts = watched(looks);
    const chart = watchChart(facts);
    expect(chart[0]).toContain('🟪 new revision in the last 1m35s');
    const [recent, candidate] = lines(chart);
    expect(recent?.at(-1)).toBe(20);
    expect(candidate?.at(-1)).toBeCloseTo((100 * 60) / 1800, 2);
    expect(chart.join('\n')).toContain('| 10m00s | 60 of 1 800 (3.33 %) | 60 of 300 (20.0 %) |');
  });

  test('is left out if it would show the same', () => {
    expect(watchChart(watched([quiet, failing, failing]))[0]).not.toContain('🟪');
    expect(watchChart(watched(looks.slice(0, 20)))[0]).not.toContain('🟪');
  });
});

describe('the decision over time', () => {
  const sixty: [Pair, Pair] = [
    [60, 1],
    [60, 0],
  ];
  /** Odds of 10, 100, … at each look. */
  const decided = (more: Partial<WatchFacts> = {}, at: object = {}): WatchFacts => {
    const plain = watched([sixty, sixty, sixty, sixty]);
    const points = plain.points.map(
      (point, i): PointFacts => ({
        ...point,
        tests: point.tests.map((counts) => ({
          ...counts,
          against: (i + 1) * Math.LN10,
          pass: -2,
          breaks: { candidate: i * Math.LN10, baseline: (i - 1) * Math.LN10 },
        })),
      }),
    );
    return totals({ ...plain, points, ...more }, { against: 4 * Math.LN10, failed: true, ...at });
  };

  test('a failure shows the odds against the candidate and the level at which they act, on a logarithmic scale', () => {
    const chart = oddsChart(decided(), 0);
    expect(chart[0]).toBe(
      '**The decision**, as odds that 🟥 the new revision is worse · 🟨 taken back at 2 000 to 1',
    );
    const [level, odds] = lines(chart);
    expect(new Set(level)).toEqual(new Set([3.3]));
    expect([odds?.[0], odds?.at(-1)]).toEqual([1, 4]);
    expect(chart.join('\n')).toContain('the new revision is worse 10 000 to 1');
  });

  test('without a failure the odds of a pass stand beside, and what is less than even is drawn at the floor', () => {
    const chart = oddsChart(decided({}, { against: 3, failed: false }), 0);
    expect(chart[0]).toContain(
      '🟩 it keeps the objective · 🟨 taken back at 2 000 to 1 · 🟦 proved at 20 to 1',
    );
    const [, proved, , keeps] = lines(chart);
    expect(new Set(proved)).toEqual(new Set([1.3]));
    expect(new Set(keeps)).toEqual(new Set([0]));
  });

  test('if the platform is suspected, both revisions stand against the level of that', () => {
    const breaks = { candidate: 9, baseline: 9 };
    const chart = oddsChart(decided({ blame: 'platform' }, { failed: false, breaks }), 0);
    expect(chart[0]).toContain(
      '🟥 the new revision breaks the objective · 🟦 the old one does · 🟨 both here is the platform at 20 to 1',
    );
    expect(lines(chart).map((line) => line.at(-1))).toEqual([1.3, 2.3, 2]);
  });

  test('at 100 % nothing is compared', () => {
    expect(oddsChart(decided({ phase: 'full' }), 0)[0]).toContain('🟥 it breaks the objective ·');
  });

  test('overwhelming odds do not press the level to the floor', () => {
    const facts = decided();
    const last = facts.points.at(-1)?.tests[0] as { against: number };
    last.against = 500;
    expect(Math.max(...lines(oddsChart(facts, 0)).flat())).toBeCloseTo(4.3, 1);
  });

  test('there is none for reports of earlier versions, for one look, and if another rule decides', () => {
    expect(oddsChart(watched([sixty, sixty]), 0)).toEqual([]);
    expect(oddsChart(decided({ points: decided().points.slice(0, 1) }), 0)).toEqual([]);
    expect(oddsChart(decided({ rule: 'consecutive' }), 0)).toEqual([]);
    expect(oddsChart(decided(), 7)).toEqual([]);
  });

  test('a change of the share is a mark in every chart of the watch, and is named', () => {
    const shifts = [
      { seconds: 0, share: 0.05 },
      { seconds: 25, share: 0.5 },
    ];
    for (const chart of [oddsChart(decided({ shifts }), 0), watchChart(decided({ shifts }))]) {
      expect(chart[0]).toMatch(/ · grey peak: 50 % from 25s$/);
      expect(chart.join('\n')).toContain('plotColorPalette: "#8b949e, ');
      expect(lines(chart)[0]?.filter((value) => value > 0)).toHaveLength(1);
    }
    const broken = [{ seconds: 'x', share: 1 }, null] as never;
    expect(oddsChart(decided({ shifts: broken }), 0)[0]).not.toContain('grey');
  });
});

describe('4xx over time', () => {
  const answers = (total: number, client: number) => ({ total, client, failed: 0 });
  const seen = (looks: [number, number, number, number][]): WatchFacts => {
    const plain = watched(
      looks.map(
        () =>
          [
            [1, 0],
            [1, 0],
          ] as [Pair, Pair],
      ),
    );
    return {
      ...plain,
      points: plain.points.map((point, i) => {
        const [total, client, old, oldClient] = looks[i] as [number, number, number, number];
        return {
          ...point,
          clients: { candidate: answers(total, client), baseline: answers(old, oldClient) },
        };
      }),
    };
  };

  test('both revisions, of all answers so far', () => {
    const chart = clientChart(
      seen([
        [20, 0, 20, 2],
        [20, 10, 20, 2],
        [40, 30, 40, 4],
      ]),
    );
    expect(chart[0]).toBe('**Answers of 4xx** in %, of all so far: 🟥 new revision · 🟦 old revision');
    expect(lines(chart).map((line) => line.at(-1))).toEqual([50, 10]);
  });

  test('there is none without 4xx, without answers enough, and in reports of earlier versions', () => {
    expect(
      clientChart(
        seen([
          [40, 0, 40, 0],
          [40, 0, 40, 0],
        ]),
      ),
    ).toEqual([]);
    expect(
      clientChart(
        seen([
          [5, 5, 5, 0],
          [5, 5, 5, 0],
        ]),
      ),
    ).toEqual([]);
    expect(clientChart(watched(thinStart))).toEqual([]);
  });
});

describe('latency over time', () => {
  const quantiles = (half: number, most: number) => ({ half, most, count: 100 });
  const slow = (candidate: number, baseline: number, more: object = {}): WatchFacts => {
    const looks: [Pair, Pair][] = Array.from({ length: 6 }, () => [
      [40, 0],
      [40, 0],
    ]);
    const plain = totals(watched(looks), more);
    const latency = { candidate: quantiles(90, candidate), baseline: quantiles(90, baseline) };
    return { ...plain, latency, points: plain.points.map((point) => ({ ...point, latency })) };
  };

  test('both revisions are drawn if the new one is clearly slower', () => {
    const chart = latencyChart(slow(3000, 800), 0);
    expect(chart[0]).toBe(
      '**Latency**, seconds in which 95 of 100 answers of the last minute came: 🟥 new revision · 🟦 old revision',
    );
    expect(lines(chart).map((line) => line.at(-1))).toEqual([3, 0.8]);
  });

  test('with the bound if an objective of latency decides', () => {
    const objective = { id: 'latency', kind: 'latency', target: 0.95, slowerThanMs: 2000 };
    const chart = latencyChart(slow(900, 800, { objective }), 0);
    expect(chart[0]).toContain('🟨 slower than 2.0 s is too slow');
    expect(lines(chart).at(-1)?.at(-1)).toBe(2);
  });

  test('else the table has a row, and there is no chart', () => {
    const facts = slow(900, 800);
    expect(latencyChart(facts, 0)).toEqual([]);
    expect(watchTable(facts, 0)).toContain(
      '| half / 95 % came within | 90 ms / 900 ms | 90 ms / 800 ms |  |',
    );
    expect(watchTable(watched(thinStart), 0).join('\n')).not.toContain('came within');
    const broken = { ...facts, latency: { candidate: { half: 'x' } } } as never;
    expect(watchTable(broken, 0).join('\n')).not.toContain('came within');
  });
});
