import { describe, expect, test } from '@jest/globals';
import { logAdd, logBeta, logGamma, logMix } from '../../../src/domain/evidence/log-space.ts';

describe('logarithms', () => {
  test('sums', () => {
    expect(logAdd(Math.log(2), Math.log(3))).toBeCloseTo(Math.log(5), 12);
    expect(logAdd(Number.NEGATIVE_INFINITY, 3)).toBe(3);
    expect(logMix([1000, 0], [0.5, 0.5])).toBeCloseTo(1000 + Math.log(0.5), 10);
    expect(logMix([Number.NEGATIVE_INFINITY], [1])).toBe(Number.NEGATIVE_INFINITY);
  });
  test('the gamma function', () => {
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 10);
    expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 10);
  });
});
