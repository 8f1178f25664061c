import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  advanceSlo,
  alternatives,
  logMixtureAt,
  logSloEvidence,
  sloGrid,
  startSlo,
} from '../../../src/domain/evidence/slo-test.ts';
import { randomCounts, seeded } from '../../support/fake-source.ts';

const limit = 0.005;

describe('the test of the objective', () => {
  test.each([
    [1, 1, 44.3],
    [2, 2, 5108],
    [3, 3, 766_370],
    [8, 160, 14_585],
    [1, 100, 0.338],
  ])('%d bad of %d gives %d with even weights', (bad, total, expected) => {
    const evidence = Math.exp(logMixtureAt(sloGrid(limit, 'even'), { total, bad }));
    expect(evidence / expected).toBeCloseTo(1, 2);
  });

  test('has 13 alternatives at 0.5 %, the last at 95 %', () => {
    const rates = alternatives(limit);
    expect(rates).toHaveLength(13);
    expect(rates[0]).toBeCloseTo(0.0075);
    expect(rates.at(-1)).toBe(0.95);
  });

  test('starts at odds of one to one, which time alone does not change', () => {
    const grid = sloGrid(limit);
    const state = startSlo(grid, 600);
    expect(logSloEvidence(grid, state)).toBeCloseTo(0, 12);
    for (let t = 10; t <= 900; t += 10) advanceSlo(grid, state, t, { total: 0, bad: 0 });
    expect(logSloEvidence(grid, state)).toBeCloseTo(0, 10);
  });

  test('the recursion equals the mixture over start times', () => {
    const grid = sloGrid(limit, 'even');
    const polls = [
      { t: 10, total: 50, bad: 0 },
      { t: 30, total: 80, bad: 2 },
      { t: 40, total: 20, bad: 1 },
    ];
    const planned = 100;
    const state = startSlo(grid, planned);
    for (const { t, ...counts } of polls) advanceSlo(grid, state, t, counts);
    // Writes out every start: half of the capital at zero, then after each look its part of the planned time.
    const from = (index: number) =>
      polls.slice(index).reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
        total: 0,
        bad: 0,
      });
    const starts = polls.map(({ t }, i) => ({
      part: (t - (polls[i - 1]?.t ?? 0)) / (2 * planned),
      counts: from(i),
    }));
    const all = [{ part: 0.5, counts: from(0) }, ...starts];
    const sum = all.reduce(
      (total, { part, counts }) => total + part * Math.exp(logMixtureAt(grid, counts)),
      (1 - 40 / planned) / 2,
    );
    expect(logSloEvidence(grid, state)).toBeCloseTo(Math.log(sum), 10);
  });

  test('a failure after a long healthy stretch is still found', () => {
    const grid = sloGrid(limit);
    const state = startSlo(grid, 1800);
    for (let t = 10; t <= 900; t += 10) advanceSlo(grid, state, t, { total: 100, bad: 0 });
    advanceSlo(grid, state, 910, { total: 100, bad: 10 });
    expect(logSloEvidence(grid, state)).toBeGreaterThan(Math.log(2000));
    expect(logMixtureAt(grid, { total: 9100, bad: 10 })).toBeLessThan(0);
  });

  test('more bad requests never lower the evidence, and more good ones never raise it', () => {
    const grid = sloGrid(limit);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 200 }), (good, bad) => {
        const at = logMixtureAt(grid, { total: good + bad, bad });
        expect(logMixtureAt(grid, { total: good + bad + 1, bad: bad + 1 })).toBeGreaterThanOrEqual(at - 1e-9);
        expect(logMixtureAt(grid, { total: good + bad + 1, bad })).toBeLessThanOrEqual(at + 1e-9);
      }),
    );
  });

  test('at the limit it expects to gain nothing: after one request the mean of the evidence is one', () => {
    for (const weighting of ['bell', 'even'] as const) {
      const grid = sloGrid(limit, weighting);
      const mean =
        limit * Math.exp(logMixtureAt(grid, { total: 1, bad: 1 })) +
        (1 - limit) * Math.exp(logMixtureAt(grid, { total: 1, bad: 0 }));
      expect(mean).toBeCloseTo(1, 10);
    }
  });

  test('a revision at its limit is rarely accused, however often one looks (fixed seeds)', () => {
    const grid = sloGrid(limit);
    const random = seeded(11);
    const alpha = 0.05;
    let accused = 0;
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      const state = startSlo(grid, 100);
      for (let t = 1; t <= 100; t++) {
        advanceSlo(grid, state, t, randomCounts(random, 10, limit));
        if (logSloEvidence(grid, state) < -Math.log(alpha)) continue;
        accused++;
        break;
      }
    }
    expect(accused / trials).toBeLessThanOrEqual(alpha);
  });
});
