import { describe, expect, test } from '@jest/globals';
import { CounterTrack } from '../../../src/sli/prometheus/counter-track.ts';

describe('counting by raw samples', () => {
  const series = (key: string, ...samples: [number, number][]) => ({
    key,
    samples: samples.map(([at, value]) => ({ at, value })),
  });

  test('counts only what was added after the start, restarts included', () => {
    const track = new CounterTrack(100);
    expect(track.take([series('a', [80, 5], [95, 7], [110, 9], [125, 2], [140, 6])])).toEqual([
      { from: 100, to: 110, count: 2 },
      { from: 110, to: 125, count: 2 },
      { from: 125, to: 140, count: 4 },
    ]);
  });
  test('overlapping answers are not counted twice', () => {
    const track = new CounterTrack(100);
    track.take([series('a', [95, 7], [110, 9])]);
    expect(track.take([series('a', [95, 7], [110, 9], [125, 12])])).toEqual([
      { from: 110, to: 125, count: 3 },
    ]);
  });
  test('a series that appears began at zero, after the poll before', () => {
    const track = new CounterTrack(100);
    expect(track.take([series('new', [130, 3])], 120)).toEqual([{ from: 120, to: 130, count: 3 }]);
  });
});
