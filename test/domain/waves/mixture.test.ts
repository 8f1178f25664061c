import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nameAlpha, namedRegions } from '../../../src/domain/waves/closed-test.ts';
import { logMixture } from '../../../src/domain/waves/mixture.ts';

const logs = fc.array(fc.double({ min: -20, max: 40, noNaN: true }), { minLength: 1, maxLength: 5 });
const e = Math.log;

describe('the mixture over regions', () => {
  test.each([
    // Nothing was seen anywhere: even odds.
    [[0, 0, 0], [0], 1],
    // One region of five alone has evidence of 10 000; the pooled counts hide it.
    [[e(10_000), 0, 0, 0, 0], [0], (10_004 / 5 + 1) / 2],
    // The fault is everywhere, so only the pooled counts have much.
    [[e(3), e(3), e(3)], [e(9000)], (3 + 9000) / 2],
    // A second wave that has not begun keeps its capital.
    [[e(100), 0], [e(100), 0], (101 / 2 + 101 / 2) / 2],
  ])('of %j and %j', (regions, pools, expected) => {
    expect(Math.exp(logMixture(regions, pools)) / expected).toBeCloseTo(1, 9);
  });

  test('one region decides as its own evidence does, within rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 700, noNaN: true }), (log) => {
        expect(logMixture([log], [log])).toBeCloseTo(log, 9);
      }),
    );
  });

  test('is a mean: between the least and the most of its parts, and linear in each', () => {
    fc.assert(
      fc.property(logs, logs, (regions, pools) => {
        const mixed = logMixture(regions, pools);
        expect(mixed).toBeLessThanOrEqual(Math.max(...regions, ...pools) + 1e-9);
        expect(mixed).toBeGreaterThanOrEqual(Math.min(...regions, ...pools) - 1e-9);
        const sum = (some: number[]) => some.reduce((all, log) => all + Math.exp(log), 0) / some.length;
        expect(Math.exp(mixed) / ((sum(regions) + sum(pools)) / 2)).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('which region is to blame', () => {
  test.each([
    [{ a: e(1000), b: 0, c: 0 }, ['a']],
    // Ten to one in each of three regions: together a fault, in none of them proved.
    [{ a: e(10), b: e(10), c: e(10) }, []],
    [{ a: e(1000), b: e(900), c: 0 }, ['a', 'b']],
    // 39 over two regions with one at nothing: the mean of the pair is below 20.
    [{ a: e(39), b: e(0.5) }, []],
    [{ a: e(41), b: e(0.5) }, ['a']],
    [{ a: e(20) }, ['a']],
    [{ a: e(19) }, []],
  ])('%j names %j', (evidence, names) => {
    expect(namedRegions(evidence as Record<string, number>)).toEqual(names);
  });

  /** Every set of regions, written out. */
  const bySets = (own: number, others: number[]) => {
    let least = own;
    for (let bits = 0; bits < 2 ** others.length; bits++) {
      const set = [own, ...others.filter((_, i) => bits & (1 << i))].map(Math.exp);
      least = Math.min(least, Math.log(set.reduce((a, b) => a + b) / set.length));
    }
    return least;
  };

  test('is the closed test: the least mean over all sets that hold the region', () => {
    fc.assert(
      fc.property(logs, (all) => {
        const evidence = Object.fromEntries(all.map((log, i) => [`r${i}`, log]));
        const expected = all.flatMap((log, i) =>
          bySets(
            log,
            all.filter((_, j) => j !== i),
          ) >= -Math.log(nameAlpha)
            ? [`r${i}`]
            : [],
        );
        expect(namedRegions(evidence).sort()).toEqual(expected.sort());
      }),
    );
  });
});
