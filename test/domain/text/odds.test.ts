import { describe, expect, test } from '@jest/globals';
import { oddsRatio, oddsText } from '../../../src/domain/text/odds.ts';

describe('odds as text', () => {
  test.each([
    [Math.log(41), '41 to 1'],
    [Math.log(2000), '2 000 to 1'],
    [Math.log(0.3), '0.3 to 1'],
    [-50, 'less than 0.1 to 1'],
    [800, 'more than 1 000 000 to 1'],
    [Number.NaN, 'unknown'],
  ])('odds of e^%d read %s', (log, text) => {
    expect(oddsText(log)).toBe(text);
  });

  test.each([
    [Math.log(2000), '2 000:1'],
    [Math.log(0.3), '0.3:1'],
    [0, '1:1'],
    [-50, '<0.1:1'],
    [800, '>1 000 000:1'],
    [Number.NaN, '?:1'],
  ])('odds of e^%d read %s in short', (log, text) => {
    expect(oddsRatio(log)).toBe(text);
  });
});
