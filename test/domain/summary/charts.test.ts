import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { lineChart, thin } from '../../../src/domain/summary/charts/lines.ts';
import { sparkline } from '../../../src/domain/summary/charts/sparkline.ts';
import { chartNumber, chartText } from '../../../src/domain/summary/charts/text.ts';
import { timeline } from '../../../src/domain/summary/charts/timeline.ts';
import { spanText } from '../../../src/domain/text/span.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'click me',
    'section x',
    '"quoted"',
    'a: b',
    '%%{init: {}}%%',
    '-->',
    'end',
    '```',
    '<br/>',
    '영수증',
    '',
    '; drop',
    'title',
    '\n## x',
    '::error::x',
    '[1, 2]',
  ),
);
const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1e-9, 1e-7, 1e21, Number.NaN, Number.POSITIVE_INFINITY, -1),
);
const anySeries = fc.array(anyNumber, { maxLength: 400 });

describe('text and numbers of a chart', () => {
  test('holds only characters that every version of the parser accepts, is never empty and never a keyword', () => {
    void fc.assert(
      fc.property(hostile, fc.integer({ min: 8, max: 100 }), (text, max) => {
        const clean = chartText(text, max);
        expect(clean).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ._%()/+-]*$/);
        expect(clean).not.toMatch(/%%|--|^(click|section|title|end|call|href|vert)\b/i);
        expect(clean.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('no exponent, no NaN', () => {
    void fc.assert(fc.property(anyNumber, (value) => /^-?\d+(\.\d+)?$/.test(chartNumber(value))));
  });

  test.each([
    [0.44, '0.4 s'],
    [9.94, '9.9 s'],
    [21.4, '21 s'],
    [192, '3m12s'],
    [3700, '1h01m'],
    [Number.NaN, '0.0 s'],
    [-5, '0.0 s'],
  ])('%d seconds', (seconds, text) => {
    expect(spanText(seconds)).toBe(text);
  });

  test('thinning keeps the ends', () => {
    void fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 2000 }), (values) => {
        const few = thin(values);
        expect(few.length).toBe(Math.min(120, values.length));
        expect([few[0], few.at(-1)]).toEqual([values[0], values.at(-1)]);
      }),
    );
    expect(sparkline([])).toBe('');
    expect(sparkline([0, Number.NaN, 0])).toBe('▁▁▁');
    expect(sparkline([0, 1, 2, 4])).toBe('▁▂▄█');
  });
});

describe('charts', () => {
  const wellFormed = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    expect(lines[0]).toBe('```mermaid');
    expect(lines.at(-2)).toBe('```');
    const body = lines.slice(1, -2);
    expect(body.every((line) => !/\n|`/.test(line))).toBe(true);
    for (const line of body) {
      if (/^ {4}line /.test(line))
        expect(line).toMatch(/^ {4}line \[-?\d+(\.\d+)?(, -?\d+(\.\d+)?){0,119}\]$/);
      if (/axis "/.test(line)) expect(line).toMatch(/^ {4}x-axis "[A-Za-z0-9 ._%()/+-]+" 0 --> \d+(\.\d+)?$/);
      if (/y-axis/.test(line)) expect(line).toMatch(/^ {4}y-axis 0 --> \d+(\.\d+)?$/);
      if (/ :((crit|active), )?t\d/.test(line))
        expect(line).toMatch(/^ {4}[A-Za-z0-9][^:]* :((crit|active), )?t\d+, \d+, \d+ms$/);
    }
    expect(lines.join('\n').length).toBeLessThan(51_000);
  };

  test('for any values, a line chart is valid or absent', () => {
    void fc.assert(
      fc.property(
        hostile,
        anyNumber,
        anyNumber,
        fc.array(anySeries, { maxLength: 4 }),
        anySeries,
        (text, xMax, yMax, values, marks) => {
          wellFormed(
            lineChart({
              title: text,
              text,
              xTitle: text,
              xMax,
              marks,
              yMax,
              height: 240,
              series: values.map((own) => ({ color: '#e5534b', values: own })),
            }),
          );
        },
      ),
    );
  });

  test('for any values, a timeline is valid or absent', () => {
    const task = fc.record({
      section: hostile,
      label: hostile,
      start: anyNumber,
      seconds: anyNumber,
      end: fc.constantFrom('good' as const, 'bad' as const, 'open' as const),
    });
    void fc.assert(
      fc.property(fc.array(task, { maxLength: 80 }), hostile, (tasks, text) =>
        wellFormed(timeline(tasks, { title: text, text })),
      ),
    );
  });

  /** Mermaid 11.6 to 11.15 moves along the axis in steps and drops a point beyond the end, even if it is only 1e-15 beyond. */
  const drawn = (lines: readonly string[]): [drawn: number, given: number] => {
    const text = lines.join('\n');
    const [, min, max] = /x-axis "[^"]*" (\S+) --> (\S+)/.exec(text)?.map(Number) ?? [];
    const given = (/line \[(.*)\]/.exec(text)?.[1] ?? '').split(', ').length;
    const step = ((max ?? 0) - (min ?? 0)) / (given - 1);
    let count = 0;
    for (let at = min ?? 0; at <= (max ?? 0); at += step) count++;
    return [count, given];
  };
  const line = (xMin: number, xMax: number, points: number) =>
    lineChart({
      title: 'x',
      text: 'x',
      xTitle: 'x',
      xMin,
      xMax,
      yMax: 1,
      height: 200,
      series: [{ color: '#e5534b', values: Array.from({ length: points }, (_, i) => i) }],
    });

  test('the last point is drawn, because it decided', () => {
    expect(drawn(line(2.2, 15.7, 8))).toEqual([8, 8]);
    void fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5000, noNaN: true }),
        fc.double({ min: 2, max: 20_000, noNaN: true }),
        fc.integer({ min: 2, max: 120 }),
        (from, length, points) => {
          const [count, given] = drawn(line(from, from + length, points));
          expect(count).toBe(given);
        },
      ),
      { numRuns: 2000 },
    );
  });

  const markedLine = (xMin: number, xMax: number, points: number, marks: readonly number[]) => {
    const values = Array.from({ length: points }, (_, i) => i);
    return lineChart({
      ...{ title: 'x', text: 'x', xTitle: 'x', xMin, xMax, yMax: 9, height: 200, marks },
      series: [{ color: '#e5534b', values }],
    });
  };

  test('a mark is one peak at its moment, under the lines and narrower than their points', () => {
    const lines = markedLine(0, 120, 13, [45, 500, -3]);
    const [peaks, own] = lines
      .filter((text) => text.includes('line ['))
      .map((text) => (/\[(.*)\]/.exec(text)?.[1] ?? '').split(', ').map(Number));
    expect(own).toHaveLength(13);
    expect(peaks).toHaveLength(97);
    expect(peaks?.flatMap((value, i) => (value > 0 ? [[i, value]] : []))).toEqual([[36, 12]]);
    expect(lines.join('\n')).toContain('plotColorPalette: "#8b949e, #e5534b"');
  });

  test('without a mark inside the chart there is no line for marks', () => {
    for (const marks of [[], [0], [120], [Number.NaN], [-1, 1e9]])
      expect(markedLine(0, 120, 13, marks).filter((text) => text.includes('line ['))).toHaveLength(1);
  });

  test('marks never cost a line its last point', () => {
    void fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5000, noNaN: true }),
        fc.double({ min: 2, max: 20_000, noNaN: true }),
        fc.integer({ min: 2, max: 120 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (from, length, points, part) => {
          const lines = markedLine(from, from + length, points, [from + part * length]);
          for (const text of lines.filter((one) => one.includes('line ['))) {
            const [count, given] = drawn([...lines.filter((one) => !one.includes('line [')), text]);
            expect(count).toBe(given);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('every label of a timeline has room where Mermaid writes it, and says as much as fits', async () => {
    const task = fc.record({
      section: fc.constant('Watch'),
      label: fc.constantFrom('5 % 30m00s undecided', 'northamerica-northeast1 back 0.2 s', '0.8 s'),
      shorter: fc.constantFrom([], ['5 % undecided', '5 %']),
      start: fc.double({ min: 0, max: 5000, noNaN: true }),
      seconds: fc.double({ min: 0, max: 3000, noNaN: true }),
      end: fc.constantFrom('good' as const, 'bad' as const, 'open' as const),
    });
    await fc.assert(
      fc.property(
        fc.array(task, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(6.5, 8.4),
        (tasks, letter) => {
          const text = timeline(tasks, { title: 'x', text: 'x' }).join('\n');
          const [, all, left, right] =
            /useWidth: (\d+),.*leftPadding: (\d+), rightPadding: (\d+)/.exec(text)?.map(Number) ?? [];
          const bars = [...text.matchAll(/^ {4}(.*) :(?:crit, |active, )?t\d+, (\d+), (\d+)ms$/gm)].map(
            ([, label = '', from, length]) => ({
              label,
              from: Number(from),
              to: Number(from) + Number(length),
            }),
          );
          const [first, last] = [
            Math.min(...bars.map(({ from }) => from)),
            Math.max(...bars.map(({ to }) => to)),
          ];
          const plot = (all ?? 0) - (left ?? 0) - (right ?? 0);
          for (const { label, from, to } of bars) {
            const [x0 = 0, x1 = 0] = [from, to].map((at) => ((at - first) / (last - first)) * plot);
            const long = label.length * letter;
            const isLeft = long > x1 - x0 && x1 + long + 1.5 * (left ?? 0) > (all ?? 0);
            if (isLeft) expect(x0 - 5 - long).toBeGreaterThanOrEqual(-0.01);
          }
        },
      ),
    );
  });

  test('a label without room goes without its time, and one with room keeps it', () => {
    const watch = { section: 'Watch', end: 'open' as const, shorter: ['5 % undecided', '5 %'] };
    const text = timeline(
      [
        { section: 'Build', label: '1m28s', start: 3, seconds: 88, end: 'good' },
        { ...watch, label: '5 % 30m00s undecided', start: 95, seconds: 1800 },
        { ...watch, label: '25 % 30m00s undecided', start: 1895, seconds: 1800 },
      ],
      { title: 'x', text: 'x' },
    ).join('\n');
    expect(text).toContain(' 5 % undecided :active');
    const alone = timeline([{ ...watch, label: '5 % 30m00s undecided', start: 0, seconds: 1800 }], {
      ...{ title: 'x', text: 'x' },
    }).join('\n');
    expect(alone).toContain('5 % 30m00s undecided :active');
  });

  test('an undecided stage is hollow, not green', () => {
    const tasks = (['good', 'bad', 'open'] as const).map((end, i) => ({
      ...{ section: 'Watch', label: `step ${i}`, start: 10 * i, seconds: 10, end },
    }));
    const text = timeline(tasks, { title: 'x', text: 'x' }).join('\n');
    expect(text).toMatch(/ {4}step 0 :t0, .*\n {4}step 1 :crit, t1, .*\n {4}step 2 :active, t2, /);
    expect(text).toContain('activeTaskBkgColor: "transparent"');
  });

  test('the axis shows the end of the line to a hundredth', () => {
    const end = Number(/--> (\S+)/.exec(line(12.9, 16.9, 3).join('\n'))?.[1]);
    expect(Math.abs(end - 16.9)).toBeLessThanOrEqual(0.04);
  });

  test('nothing to draw is no chart', () => {
    expect(timeline([], { title: '', text: '' })).toEqual([]);
    const chart = { title: '', text: '', xTitle: '', xMax: 0, yMax: 1, height: 200 };
    expect(lineChart({ ...chart, series: [{ color: '#000000', values: [1] }] })).toEqual([]);
    expect(lineChart({ ...chart, xMax: 5, series: [] })).toEqual([]);
  });
});
