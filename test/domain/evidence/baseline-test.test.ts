import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  baselineGrid,
  bookBaseline,
  logBaselineEvidence,
  moveBaseline,
  startBaseline,
} from '../../../src/domain/evidence/baseline-test.ts';
import { sloGrid } from '../../../src/domain/evidence/slo-test.ts';
import { bellWeights } from '../../../src/domain/evidence/weights.ts';

describe('the comparison with the baseline', () => {
  const grid = baselineGrid();
  const evidenceOf = (share: number, candidate: number, baseline: number) => {
    const state = startBaseline(grid, 600);
    bookBaseline(grid, state, share, candidate, baseline);
    return logBaselineEvidence(grid, state);
  };

  test.each([0.01, 0.1, 0.5])('at share %d it expects to gain nothing from one bad request', (share) => {
    expect(
      share * Math.exp(evidenceOf(share, 1, 0)) + (1 - share) * Math.exp(evidenceOf(share, 0, 1)),
    ).toBeCloseTo(1, 10);
  });

  test('an error that hits both revisions in proportion to their shares is no evidence', () => {
    for (const size of [10, 100, 1000]) expect(evidenceOf(0.1, size, 9 * size)).toBeLessThan(0);
  });

  test('only which revision failed counts', () => {
    expect(evidenceOf(0.1, 8, 2)).toBeGreaterThan(Math.log(2000));
    expect(evidenceOf(0.5, 0, 20)).toBeLessThan(0);
  });

  test('the evidence of steps multiplies, so their order does not matter', () => {
    const one = startBaseline(grid, 600);
    const two = startBaseline(grid, 600);
    bookBaseline(grid, one, 0.1, 3, 5);
    bookBaseline(grid, one, 0.5, 2, 1);
    bookBaseline(grid, two, 0.5, 2, 1);
    bookBaseline(grid, two, 0.1, 3, 5);
    expect(logBaselineEvidence(grid, one)).toBeCloseTo(logBaselineEvidence(grid, two), 10);
  });

  test('earlier requests do not weaken bets that start late', () => {
    const state = startBaseline(grid, 1800);
    for (let t = 10; t <= 900; t += 10) {
      moveBaseline(state, t);
      bookBaseline(grid, state, 0.1, 0, 1);
    }
    moveBaseline(state, 910);
    bookBaseline(grid, state, 0.1, 10, 1);
    expect(logBaselineEvidence(grid, state)).toBeGreaterThan(Math.log(2000));
  });

  test('the weights of every mixture sum to one', () => {
    const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
    fc.assert(
      fc.property(
        fc.double({ min: 1.1, max: 50, noNaN: true }),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        (centre, width) => {
          expect(sum(bellWeights(grid.ratios, centre, width))).toBeCloseTo(1, 10);
        },
      ),
    );
    for (const at of [0.001, 0.005, 0.05, 0.3]) expect(sum(sloGrid(at).weights)).toBeCloseTo(1, 10);
    expect(sum(grid.weights)).toBeCloseTo(1, 10);
  });
});
