import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compare, comparisonText, decide, type Pair } from '../../../../src/domain/smoke/champion/compare.ts';
import { chanceOf, intervalOf } from '../../../../src/domain/smoke/champion/paired-test.ts';
import { seeded } from '../../../support/fake-source.ts';

const pairsOf = (differences: readonly number[], champion = 0.3): Pair[] =>
  differences.map((difference, i) => ({ name: `${i}`, candidate: champion + difference, champion }));

describe('the sign-flip test', () => {
  test.each([
    [[], 1],
    [[0, 0, 0], 1],
    [[1], 1 / 2],
    [[1, 1, 1], 1 / 8],
    [[-1, -1, -1], 1],
    [[3, 1, -1], 3 / 8],
    [[0.1, 0.2, 0.3, 0.4, 0.5], 1 / 32],
  ])('%j: %d', (differences, chance) => expect(chanceOf(differences)).toBeCloseTo(chance, 12));

  test('counts the same worlds as a list of all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 8 }), (differences) => {
        const worlds = differences.reduce<number[]>(
          (all, value) => all.flatMap((world) => [world + value, world - value]),
          [0],
        );
        const observed = differences.reduce((all, value) => all + value, 0);
        const wanted = worlds.filter((world) => world >= observed).length / worlds.length;
        expect(chanceOf(differences)).toBeCloseTo(wanted, 12);
      }),
    );
  });

  test('a sample of the worlds agrees with all of them', () => {
    const random = seeded(3);
    for (let round = 0; round < 5; round++) {
      const many = Array.from({ length: 14 }, () => random() - 0.35);
      // Two more differences that are almost nothing: the sample is taken, and the answer stays.
      expect(Math.abs(chanceOf([...many, 1e-12, -1e-12]) - chanceOf(many))).toBeLessThan(0.03);
    }
  });

  test('the interval is that of the test itself, repeated at every mean that a search tries', () => {
    const searched = (differences: readonly number[], end: -1 | 1): number => {
      const isContradicted = (at: number) =>
        chanceOf(differences.map((value) => (end === -1 ? value - at : at - value))) <= 0.05;
      if (!isContradicted(end)) return end;
      let [far, near] = [
        end as number,
        differences.reduce((all, value) => all + value, 0) / differences.length,
      ];
      for (let i = 0; i < 20; i++) {
        const middle = (far + near) / 2;
        if (isContradicted(middle)) far = middle;
        else near = middle;
      }
      return far;
    };
    // Most images are read alike by both.
    const difference = fc.oneof(fc.constant(0), fc.double({ min: -0.3, max: 0.3, noNaN: true }));
    fc.assert(
      fc.property(fc.array(difference, { maxLength: 25 }), (differences) => {
        const found = intervalOf(differences, 0.05);
        // The search ends 20 halves away from an end that is at most 2 away.
        for (const [i, end] of [-1, 1].entries())
          expect(Math.abs((found[i] ?? 9) - searched(differences, end as -1 | 1))).toBeLessThan(
            2.1 / 2 ** 20,
          );
      }),
      { numRuns: 60, seed: 20261130 },
    );
  });

  test('the interval holds the mean, and grows with the confidence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 6, maxLength: 10 }),
        (found) => {
          const mean = found.reduce((all, value) => all + value, 0) / found.length;
          const [low, high] = intervalOf(found, 0.05);
          const [wideLow, wideHigh] = intervalOf(found, 0.02);
          expect(low).toBeLessThanOrEqual(mean + 1e-9);
          expect(high).toBeGreaterThanOrEqual(mean - 1e-9);
          expect(wideLow).toBeLessThanOrEqual(low + 1e-9);
          expect(wideHigh).toBeGreaterThanOrEqual(high - 1e-9);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the decision', () => {
  test('equal answers pass with ten images, and say that fewer are too few', () => {
    expect(compare(pairsOf(Array(10).fill(0)), 0.01)).toMatchObject({ verdict: 'pass', difference: 0 });
    const few = compare(pairsOf(Array(9).fill(0)), 0.01);
    expect(few).toMatchObject({ verdict: 'inconclusive', enough: 10 });
    expect(comparisonText(few, 'ocr-1')).toBe(
      'CER 30.00 %, and 30.00 % by ocr-1 on the same 9 images: 0.00 points more (90 % interval 0.00 to 0.00), allowed 1.00: too few images to tell, about 10 like these would be enough.',
    );
  });

  test('a bare difference decides nothing: one image that is much worse', () => {
    expect(compare(pairsOf([0.9, ...Array(11).fill(0)]), 0.01).verdict).toBe('inconclusive');
    expect(compare(pairsOf([0.3]), 0.01)).toMatchObject({ verdict: 'inconclusive', enough: undefined });
    expect(compare([], 0.01)).toMatchObject({ verdict: 'inconclusive', images: 0 });
  });

  test('fewer errors are called fewer', () => {
    expect(comparisonText(compare(pairsOf(Array(12).fill(-0.03)), 0.01), 'ocr-1')).toBe(
      'CER 27.00 %, and 30.00 % by ocr-1 on the same 12 images: 3.00 points fewer (90 % interval 3.00 fewer to 3.00 fewer), allowed 1.00 more.',
    );
  });

  test('worse on every image fails, names the worst, and better on every image passes', () => {
    const found = compare(pairsOf([0.1, 0.2, 0.05, 0.3, 0.12, 0.08]), 0.01);
    expect(found).toMatchObject({ verdict: 'fail', worse: 6, better: 0, enough: undefined });
    expect(found.worst.map(({ name }) => name)).toEqual(['3', '1', '4', '0', '5']);
    expect(compare(pairsOf(Array.from({ length: 12 }, (_, i) => -0.01 * i)), 0.01).verdict).toBe('pass');
  });

  test('what is allowed is allowed: a little worse on every image is no failure', () => {
    const a = Array.from({ length: 20 }, (_, i) => 0.001 * (i % 5));
    expect(compare(pairsOf(a), 0.02).verdict).toBe('pass');
    expect(compare(pairsOf(a), 0.0005).verdict).toBe('fail');
  });
});

/** Two readers whose errors on an image are those of the image, and noise of their own. `shift` more errors by the candidate. */
function suiteOf(random: () => number, images: number, shift: number, skewed: boolean): Pair[] {
  return Array.from({ length: images }, (_, i) => {
    const hard = random() * 0.1;
    const noise = () => (skewed ? (random() < 0.2 ? random() * 0.1 : 0) : random() * 0.04);
    return { name: `${i}`, candidate: hard + noise() + shift, champion: hard + noise() };
  });
}
const ratesOf = (images: number, shift: number, allowed: number, skewed: boolean, runs = 400) => {
  const random = seeded(images * 1000 + Math.round(shift * 1e4) + (skewed ? 1 : 0));
  const count = { pass: 0, fail: 0, inconclusive: 0 };
  for (let i = 0; i < runs; i++)
    count[decide(suiteOf(random, images, shift, skewed).map(differenceOf), allowed)] += 1;
  return { pass: count.pass / runs, fail: count.fail / runs, inconclusive: count.inconclusive / runs };
};

const differenceOf = ({ candidate, champion }: Pair) => candidate - champion;

/** Three standard errors of 400 runs around 5 %. */
const fivePercent = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400);

describe.each([
  ['even', false],
  ['skewed', true],
])('over 400 suites with %s noise', (_, skewed) => {
  test.each([6, 12])('%d images of equal readers fail in at most 5 %%', (images) => {
    expect(ratesOf(images, 0, 0.0001, skewed).fail).toBeLessThanOrEqual(fivePercent);
  });

  test('a reader that is worse by just what is allowed fails in at most 5 %, and passes in at most 5 %', () => {
    const rates = ratesOf(12, 0.01, 0.01, skewed);
    expect(rates.fail).toBeLessThanOrEqual(fivePercent);
    expect(rates.pass).toBeLessThanOrEqual(fivePercent);
  });
});

describe('power', () => {
  test('12 images find a reader that makes 4 points more errors, and pass one that makes none', () => {
    expect(ratesOf(12, 0.04, 0.01, false).fail).toBeGreaterThan(0.9);
    expect(ratesOf(12, 0, 0.02, false).pass).toBeGreaterThan(0.9);
  });

  test('as many images as it asks for decide in most suites', () => {
    const random = seeded(99);
    const asked: number[] = [];
    let decided = 0;
    for (let i = 0; i < 150; i++) {
      const first = compare(suiteOf(random, 10, 0.02, false), 0.01);
      if (first.verdict !== 'inconclusive' || first.enough === undefined || first.enough > 60) continue;
      asked.push(first.enough);
      if (decide(suiteOf(random, first.enough, 0.02, false).map(differenceOf), 0.01) === 'fail') decided += 1;
    }
    expect(asked.length).toBeGreaterThan(40);
    // The number is an estimate from ten images, so it is often too small; it must not be idle.
    expect(decided / asked.length).toBeGreaterThan(0.5);
  }, 300_000);

  test('500 images are compared within seconds, and always alike', () => {
    const pairs = suiteOf(seeded(5), 500, 0.005, true);
    const { verdict, low, high, difference } = compare(pairs, 0.01);
    expect(verdict).toBe(decide(pairs.map(differenceOf), 0.01));
    expect([low < difference, difference < high]).toEqual([true, true]);
  }, 300_000);
});
