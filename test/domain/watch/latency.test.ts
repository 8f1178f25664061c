import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LatencyBook, type LatencyCount, stepOf } from '../../../src/domain/watch/latency.ts';

const names = { candidate: 'new', baseline: 'old' };
const counts = (revision: string, milliseconds: readonly number[], span = 0): LatencyCount => ({
  revision,
  span,
  steps: milliseconds.map((time) => [stepOf(time), 1] as const),
});

describe('how long answers took', () => {
  test('half of them and 95 of 100, right within 6 %', () => {
    void fc.assert(
      fc.property(
        fc.array(fc.double({ min: 2, max: 60_000, noNaN: true }), { minLength: 20, maxLength: 200 }),
        (times) => {
          const book = new LatencyBook();
          book.add(10, [counts('new', times)], names);
          const sorted = [...times].sort((a, b) => a - b);
          const at = (part: number) => sorted[Math.ceil(part * sorted.length - 1e-9) - 1] as number;
          const { half = 0, most = 0, count } = book.all.candidate ?? {};
          expect(count).toBe(times.length);
          expect(Math.abs(half / at(0.5) - 1)).toBeLessThan(0.065);
          expect(Math.abs(most / at(0.95) - 1)).toBeLessThan(0.065);
        },
      ),
    );
  });

  test('any number has a step, and the longest share the last one', () => {
    for (const time of [0, -1, 0.2, 1]) expect(stepOf(time)).toBe(0);
    expect(stepOf(1e12)).toBe(stepOf(1e15));
    expect(Number.isInteger(stepOf(123.4))).toBe(true);
  });

  test('fewer than 20 answers say nothing, nor do those before the first shift and of other revisions', () => {
    const book = new LatencyBook();
    const many = Array.from({ length: 30 }, () => 100);
    book.add(
      10,
      [counts('new', many.slice(0, 19)), counts('old', many, -1), counts('other', many), counts('', many)],
      names,
    );
    expect(book.all).toEqual({});
    book.add(20, [counts('new', [100])], names);
    expect(Object.keys(book.all)).toEqual(['candidate']);
  });

  test('the last minute forgets what came before it', () => {
    const book = new LatencyBook();
    const of = (time: number) => Array.from({ length: 40 }, () => time);
    book.add(10, [counts('new', of(100)), counts('old', of(100))], names);
    book.add(60, [counts('new', of(900))], names);
    expect(book.recent.baseline?.half).toBeCloseTo(100, -1);
    book.add(80, [], names);
    expect(book.recent).toEqual({ candidate: expect.objectContaining({ count: 40 }) });
    expect(book.recent.candidate?.half).toBeGreaterThan(800);
    expect(book.all.candidate?.count).toBe(80);
  });
});
