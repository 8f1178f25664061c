import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Series } from '../../../src/sli/prometheus/answer.ts';
import { CounterTrack, Scrapes } from '../../../src/sli/prometheus/counter-track.ts';

describe('counting by raw samples', () => {
  /** A series `name code=…` of an instance `…@instance`. */
  const series = (key: string, ...samples: [number, number][]): Series => {
    const [name = '', rest = ''] = key.split(' ');
    const [code = '', instance = 'a:1'] = rest.split('@');
    return {
      key,
      labels: { __name__: name, code, instance },
      samples: samples.map(([at, value]) => ({ at, value })),
    };
  };
  const look = (track: CounterTrack, ...all: Series[]) => {
    const { increments, keep } = track.take(all, new Scrapes(all));
    keep();
    return increments;
  };

  test('counts only what was added after the start, restarts included', () => {
    const track = new CounterTrack(100);
    expect(look(track, series('a', [80, 5], [95, 7], [110, 9], [125, 2], [140, 6]))).toEqual([
      { from: 100, to: 110, count: 2 },
      { from: 110, to: 125, count: 2 },
      { from: 125, to: 140, count: 4 },
    ]);
  });
  test('overlapping answers are not counted twice', () => {
    const track = new CounterTrack(100);
    look(track, series('a', [95, 7], [110, 9]));
    expect(look(track, series('a', [95, 7], [110, 9], [125, 12]))).toEqual([
      { from: 110, to: 125, count: 3 },
    ]);
  });
  test('increments that were not kept are counted again', () => {
    const track = new CounterTrack(100);
    const one = series('a', [95, 7], [110, 9]);
    track.take([one], new Scrapes([one]));
    expect(look(track, one)).toEqual([{ from: 100, to: 110, count: 2 }]);
  });
  test('a series that is new to the watch books nothing before its first value', () => {
    const track = new CounterTrack(100);
    expect(look(track, series('a', [110, 64_000], [125, 64_003]))).toEqual([
      { from: 110, to: 125, count: 3 },
    ]);
  });
  test('a series that began between two scrapes of its target began at zero', () => {
    const ok = series('reqs 200', [95, 50], [110, 60], [125, 70]);
    expect(look(new CounterTrack(100), ok, series('reqs 500', [125, 4]))).toContainEqual({
      from: 110,
      to: 125,
      count: 4,
    });
    const other = series('reqs 200@b:1', [95, 50], [110, 60], [125, 70]);
    expect(look(new CounterTrack(100), other, series('reqs 500', [125, 4]))).not.toContainEqual(
      expect.objectContaining({ count: 4 }),
    );
  });
  test('a series that replaces another one has a past, because only its labels changed', () => {
    const old = series('reqs 200', [95, 50], [110, 60]);
    const same = series('up', [95, 1], [110, 1], [125, 1]);
    const renamed = series('reqs 200;env=prod', [125, 64_000], [140, 64_001]);
    expect(look(new CounterTrack(100), old, same, renamed)).toEqual([
      { from: 100, to: 110, count: 10 },
      { from: 125, to: 140, count: 1 },
    ]);
  });
});

describe('replicas', () => {
  type Samples = [number, number][];
  const series = (code: string, samples: Samples, instance = 'a:1'): Series => ({
    key: `${code}@${instance}`,
    labels: { __name__: 'reqs', code, instance },
    samples: samples.map(([at, value]) => ({ at, value })),
  });
  const take = (since: number, ...all: Series[]) => new CounterTrack(since).take(all, new Scrapes(all));
  const sum = (counts: readonly { count: number }[]) => counts.reduce((all, { count }) => all + count, 0);

  test('a counter that goes back and returns counted nothing in between', () => {
    const one = series('200', [
      [0, 1000],
      [15, 1010],
      [30, 1003],
      [45, 1020],
      [60, 1012],
      [75, 1041],
    ]);
    const { increments, flips } = take(0, one);
    expect(flips).toEqual([]);
    expect(increments).toEqual([
      { from: 0, to: 15, count: 10 },
      { from: 15, to: 45, count: 10 },
      { from: 45, to: 75, count: 21 },
    ]);
  });

  test('one that has not returned yet is told, and nothing of it is kept', () => {
    const before: Samples = [
      [0, 1000],
      [15, 1010],
    ];
    const one = series('200', [...before, [30, 1003]]);
    const track = new CounterTrack(0);
    const first = track.take([one], new Scrapes([one]));
    expect(first.flips).toEqual([
      { key: one.key, from: { at: 15, value: 1010 }, to: { at: 30, value: 1003 } },
    ]);
    const later = series('200', [...before, [30, 1003], [45, 1030]]);
    expect(sum(track.take([later], new Scrapes([later])).increments)).toBe(30);
  });

  test('a restart of the program is one, also if this counter is soon where it was', () => {
    const bad = series('500', [
      [0, 12],
      [15, 12],
      [30, 8],
      [45, 9],
    ]);
    const ok = series('200', [
      [0, 4000],
      [15, 4100],
      [30, 60],
      [45, 160],
    ]);
    const { increments, flips } = take(0, bad, ok);
    expect(flips).toEqual([]);
    expect(sum(increments)).toBe(8 + 1 + 100 + 60 + 100);
  });

  test('a restart of another program is none of this one', () => {
    const here = series('200', [
      [0, 1000],
      [15, 1010],
      [30, 1003],
    ]);
    const there = series(
      '200',
      [
        [0, 4000],
        [15, 4100],
        [30, 60],
      ],
      'b:1',
    );
    expect(take(0, here, there).flips).toHaveLength(1);
  });

  test('a counter that is so young that both are possible counts nothing for the fall', () => {
    const { increments, flips } = take(
      0,
      series('200', [
        [0, 0],
        [15, 1000],
        [30, 1900],
        [45, 1500],
        [60, 2500],
      ]),
    );
    expect([flips, sum(increments)]).toEqual([[], 1900 + 1000]);
  });

  test('two replicas, one a scrape behind, never give more than what happened', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ grown: fc.nat(40), behind: fc.boolean() }), { minLength: 3, maxLength: 60 }),
        fc.integer({ min: 500, max: 100_000 }),
        (steps, first) => {
          const truth: number[] = [];
          for (const { grown } of steps) truth.push((truth.at(-1) ?? first) + grown);
          const one = series(
            '200',
            steps.map(({ behind }, n): [number, number] => [
              n * 15,
              truth[behind && n > 0 ? n - 1 : n] as number,
            ]),
          );
          const { increments, flips } = take(0, one);
          const seen = Math.max(...one.samples.map(({ value }) => value)) - (one.samples[0]?.value ?? 0);
          if (flips.length === 0) expect(sum(increments)).toBe(seen);
          else expect(sum(increments)).toBeLessThanOrEqual(seen);
        },
      ),
    );
  });
});
