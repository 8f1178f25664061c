import { describe, expect, test } from '@jest/globals';
import { badToFail, smallestDetectable } from '../../../src/domain/evidence/detectable.ts';
import { cpuMsOf } from '../../support/cpu.ts';
import { randomCounts, seeded } from '../../support/fake-source.ts';

const limit = 0.005;

describe('the smallest regression that would have been noticed', () => {
  test('180 requests can only show a rate above 6 %', () => {
    expect(smallestDetectable({ total: 180, limit, alpha: 0.0005 })).toBeCloseTo(0.065, 2);
    expect(smallestDetectable({ total: 2, limit, alpha: 0.0005 })).toBeUndefined();
    expect(badToFail({ total: 0, limit, alpha: 0.0005 })).toBe(Number.POSITIVE_INFINITY);
  });

  test('the rate that it names is found nine times in ten (fixed seeds)', () => {
    const seen = { total: 2000, limit, alpha: 0.0005 };
    const needed = badToFail(seen);
    const rate = smallestDetectable(seen) as number;
    const random = seeded(3);
    let found = 0;
    for (let trial = 0; trial < 400; trial++)
      if (randomCounts(random, seen.total, rate).bad >= needed) found++;
    expect(found / 400).toBeGreaterThan(0.86);
    expect(found / 400).toBeLessThan(0.95);
  });

  test('the detectable rate is computed at once, however many requests there were', () => {
    const at = (total: number) => smallestDetectable({ total, limit, alpha: 0.0005 }) as number;
    const totals = [1e6, 1e9, Number.MAX_SAFE_INTEGER, 1e21];
    let rates: number[] = [];
    expect(
      cpuMsOf(() => {
        rates = totals.map(at);
      }),
    ).toBeLessThan(500);
    for (const rate of rates) expect(rate).toBeGreaterThan(limit);
    const [million = 0, billion = 0] = rates;
    // The exact sum gives 0.62927 %.
    expect(million).toBeCloseTo(0.0062927, 5);
    expect(billion).toBeGreaterThan(limit);
    expect(billion).toBeLessThan(million);
  });

  test('more requests never show less', () => {
    const at = (total: number) => smallestDetectable({ total, limit, alpha: 0.0005 }) ?? 1;
    for (let total = 50; total < 50_000_000; total *= 2) expect(at(2 * total)).toBeLessThan(at(total));
  });
});
