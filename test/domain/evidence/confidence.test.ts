import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { confidenceSequence } from '../../../src/domain/evidence/confidence.ts';
import { randomCounts, seeded } from '../../support/fake-source.ts';

describe('the interval of the error rate', () => {
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
});
