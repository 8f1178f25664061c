import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { divideAlpha } from '../../../src/domain/evidence/alpha.ts';
import {
  baselineGrid,
  bookBaseline,
  logBaselineEvidence,
  moveBaseline,
  startBaseline,
} from '../../../src/domain/evidence/baseline-test.ts';
import { confidenceSequence } from '../../../src/domain/evidence/confidence.ts';
import { badToFail, smallestDetectable } from '../../../src/domain/evidence/detectable.ts';
import { logAdd, logBeta, logGamma, logMix } from '../../../src/domain/evidence/log-space.ts';
import { cleanRequestsToPass, logPassEvidence } from '../../../src/domain/evidence/pass-test.ts';
import {
  advanceSlo,
  alternatives,
  logMixtureAt,
  logSloEvidence,
  sloGrid,
  startSlo,
} from '../../../src/domain/evidence/slo-test.ts';
import { bellWeights } from '../../../src/domain/evidence/weights.ts';
import { oddsRatio, oddsText } from '../../../src/domain/text/odds.ts';
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
    // Every start written out: 1/2 of the capital at zero, then after each look its part of the planned time.
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

  test('what came before does not weaken bets that start late', () => {
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

describe('the proof of a pass', () => {
  test.each([
    [0.005, 697],
    [0.01, 348],
    [0.05, 68],
    [0.1, 34],
  ])('a limit of %d takes %d clean requests', (at, requests) => {
    expect(cleanRequestsToPass(at)).toBe(requests);
  });

  test('at the limit it expects to gain nothing', () => {
    const mean =
      limit * Math.exp(logPassEvidence(limit, { total: 1, bad: 1 })) +
      (1 - limit) * Math.exp(logPassEvidence(limit, { total: 1, bad: 0 }));
    expect(mean).toBeCloseTo(1, 10);
  });

  test('a bad request never helps a proof', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 50 }), (good, bad) => {
        const at = logPassEvidence(limit, { total: good + bad, bad });
        expect(logPassEvidence(limit, { total: good + bad + 1, bad: bad + 1 })).toBeLessThanOrEqual(
          at + 1e-9,
        );
      }),
    );
  });
});

describe('what people see', () => {
  test('the interval contains the observed rate and shrinks with more requests', () => {
    expect(confidenceSequence({ total: 0, bad: 0 })).toEqual([0, 1]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, part) => {
          const bad = Math.floor(part * total);
          const [low, high] = confidenceSequence({ total, bad });
          expect(low).toBeLessThanOrEqual(bad / total);
          expect(high).toBeGreaterThanOrEqual(bad / total);
          const [low4, high4] = confidenceSequence({ total: 4 * total, bad: 4 * bad });
          expect(high4 - low4).toBeLessThanOrEqual(high - low + 1e-9);
        },
      ),
    );
  });

  test('the interval contains the true rate at every moment (fixed seeds)', () => {
    const random = seeded(5);
    let missed = 0;
    for (let trial = 0; trial < 100; trial++) {
      const counts = { total: 0, bad: 0 };
      for (let t = 0; t < 60; t++) {
        const more = randomCounts(random, 10, 0.02);
        counts.total += more.total;
        counts.bad += more.bad;
        const [low, high] = confidenceSequence(counts);
        if (low <= 0.02 && 0.02 <= high) continue;
        missed++;
        break;
      }
    }
    expect(missed / 100).toBeLessThanOrEqual(0.05);
  });

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
    const began = performance.now();
    const [million, billion] = [at(1e6), at(1e9)];
    for (const total of [Number.MAX_SAFE_INTEGER, 1e21]) expect(at(total)).toBeGreaterThan(limit);
    expect(performance.now() - began).toBeLessThan(200);
    // The exact sum gives 0.62927 %.
    expect(million).toBeCloseTo(0.0062927, 5);
    expect(billion).toBeGreaterThan(limit);
    expect(billion).toBeLessThan(million);
  });

  test('more requests never show less', () => {
    const at = (total: number) => smallestDetectable({ total, limit, alpha: 0.0005 }) ?? 1;
    for (let total = 50; total < 50_000_000; total *= 2) expect(at(2 * total)).toBeLessThan(at(total));
  });

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

  test('alpha is divided and never grows', () => {
    expect(divideAlpha(0.001, {})).toEqual({ split: 0.0005, full: 0.0005 });
    expect(oddsRatio(-Math.log(divideAlpha(0.001, {}).split))).toBe('2 000:1');
    const { split, full } = divideAlpha(0.001, { regions: 2, objectives: 3, streams: 2 });
    expect(12 * (split + full)).toBeCloseTo(0.001, 12);
  });
});

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
