import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alertPairs, outageSeconds, thresholdOf } from '../../../src/domain/alerting/pairs.ts';

const day = 86_400;

describe('the pairs of windows', () => {
  test.each([
    // 30 days: the factors of the SRE workbook.
    [30, 0.005, [14.4, 6, 3, 1], []],
    [28, 0.001, [13.44, 5.6, 2.8], [3]],
    // A pair that would fire although the objective is kept is left out.
    [7, 0.005, [3.36, 1.4], [1, 3]],
    // 14.4 times 8 % is more than all requests.
    [30, 0.08, [6, 3, 1], [1 / 24]],
    [30, 0.5, [1], [1 / 24, 1 / 4, 1]],
    // Windows that are longer than that of the objective.
    [0.5, 0.01, [], [1 / 24, 1 / 4, 1, 3]],
  ])('%s d, %s allowed to fail', (days, limit, factors, leftOut) => {
    const made = alertPairs(days * day, limit);
    expect(made.pairs.map(({ factor }) => factor)).toEqual(factors);
    expect(made.leftOut.map(({ longSeconds }) => longSeconds / day)).toEqual(leftOut);
    for (const { why } of made.leftOut) expect(why).toMatch(/although|never|longer/);
  });

  test('each pair can fire, and does not fire at the rate that the objective allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 366 }),
        fc.double({ min: 1e-5, max: 0.5, noNaN: true }),
        (days, limit) => {
          const { pairs, leftOut } = alertPairs(days * day, limit);
          expect(pairs.length + leftOut.length).toBe(4);
          for (const pair of pairs) {
            expect(thresholdOf(pair, limit)).toBeLessThan(1);
            expect(pair.factor).toBeGreaterThanOrEqual(1);
            // Burning at the factor for the long window spends the share.
            expect((pair.factor * pair.longSeconds) / (days * day)).toBeCloseTo(pair.share, 4);
          }
        },
      ),
    );
  });

  test('a full outage pages after the long window times the threshold', () => {
    const { pairs } = alertPairs(30 * day, 0.005);
    expect(outageSeconds(pairs, 0.005)).toBeCloseTo(259.2, 6);
    expect(outageSeconds([], 0.005)).toBeUndefined();
  });
});
