import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanRequestsToPass, logPassEvidence } from '../../../src/domain/evidence/pass-test.ts';

const limit = 0.005;

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
