import { describe, expect, test } from '@jest/globals';
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
