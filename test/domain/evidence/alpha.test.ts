import { describe, expect, test } from '@jest/globals';
import { divideAlpha } from '../../../src/domain/evidence/alpha.ts';
import { oddsRatio } from '../../../src/domain/text/odds.ts';

describe('alpha', () => {
  test('alpha is divided and never grows', () => {
    expect(divideAlpha(0.001, {})).toEqual({ split: 0.0005, full: 0.0005, clients: 0 });
    expect(oddsRatio(-Math.log(divideAlpha(0.001, {}).split))).toBe('2 000:1');
    const { split, full } = divideAlpha(0.001, { regions: 2, objectives: 3, streams: 2 });
    expect(12 * (split + full)).toBeCloseTo(0.001, 12);
  });
});
