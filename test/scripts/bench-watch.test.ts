import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { chanceOfLarger } from '../../scripts/bench-watch/mann-whitney.ts';
import { median, quantile, simulateRegions } from '../../scripts/bench-watch/regions.ts';
import { classicalRules } from '../../scripts/bench-watch/rules.ts';
import { type Scene, scenes } from '../../scripts/bench-watch/scenes.ts';
import { simulate } from '../../scripts/bench-watch/simulate.ts';

/** The bench simulates what ships and what others do; here it is checked that it simulates the right things. */

describe("Mann and Whitney's test", () => {
  test.each<[string, number[], number[], number]>([
    ['five against five, apart: one way of 252', [6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 1 / 252],
    ['the other way round', [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 1],
    ['all equal', [1, 1, 1], [1, 1, 1], 1],
    ['two against two, U = 3: the two largest sums of six', [2, 4], [1, 3], 2 / 6],
    ['ties share a rank: 3 or more of the sums of ten', [0, 0, 1], [0, 0], 6 / 10],
  ])('%s', (_, first, second, chance) => {
    expect(chanceOfLarger(first, second)).toBeCloseTo(chance, 12);
  });

  test('of one population it is at most 5 % in at most 5 % of the choices, whatever the ties', () => {
    void fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 }), (values) => {
        let [small, all] = [0, 0];
        for (let bits = 0; bits < 256; bits++) {
          const first = values.filter((_, i) => bits & (1 << i));
          if (first.length !== 4) continue;
          const second = values.filter((_, i) => !(bits & (1 << i)));
          all++;
          if ((chanceOfLarger(first, second) ?? 1) <= 0.05) small++;
        }
        expect(small / all).toBeLessThanOrEqual(0.05);
      }),
      { numRuns: 50 },
    );
    expect(chanceOfLarger([], [1])).toBeUndefined();
  });
});

describe('the rules', () => {
  const scene = (name: RegExp, rps: number, share: number): Scene =>
    scenes().find((one) => name.test(one.name) && one.rps === rps && one.share === share) as Scene;
  const outcomeOf = (of: Scene, rule: string) =>
    simulate(of, classicalRules(180), 40, 7).find((outcome) => outcome.rule.startsWith(rule));

  test('one bad minute ends a release by CodeDeploy, at the first minute that is seen', () => {
    const outage = outcomeOf(scene(/^50 %/, 100, 0.1), 'CodeDeploy-like');
    expect(outage).toMatchObject({ taken: 40 });
    expect(outage?.seconds).toBeLessThanOrEqual(240);
  });

  test('PipeCD compares two revisions five minutes long, and is not fooled by an outage of both', () => {
    const outage = outcomeOf(scene(/^50 %/, 100, 0.1), 'PipeCD-like');
    expect(outage?.taken).toBe(40);
    expect((outage?.seconds ?? 0) % 300).toBe(0);
    const blip = outcomeOf(scene(/^blip/, 100, 0.1), 'PipeCD-like');
    expect(blip?.taken).toBeLessThan(40);
  });
});

describe('several regions', () => {
  const outcomes = (name: RegExp, trials = 60) => {
    const [result] = simulateRegions({ healthy: 400, bad: trials }, 7, { only: name });
    return result as NonNullable<typeof result>;
  };

  test('one bad region of five is found by its own evidence, where the pooled counts never find it, and is named', () => {
    const { outcomes: found, trials, rightlyNamed, wronglyNamed } = outcomes(/one of 5 fails 2 %/);
    expect(found.mixed.seconds).toHaveLength(trials);
    expect(median(found.mixed.seconds)).toBeLessThanOrEqual(210);
    expect(found.pooled.seconds.length).toBeLessThan(trials / 10);
    expect([rightlyNamed, wronglyNamed]).toEqual([trials, 0]);
  });

  test('a fault in all five is found by the pooled counts, much sooner than by splitting the chance', () => {
    const { outcomes: found, trials, rightlyNamed } = outcomes(/all 5 fail 1 %/, 30);
    expect(found.mixed.seconds).toHaveLength(trials);
    const soon = median(found.mixed.seconds) as number;
    expect(median(found['split alpha'].seconds)).toBeGreaterThan(2 * soon);
    // It is somewhere, and that is all that is said of most of these releases.
    expect(rightlyNamed).toBeLessThan(trials);
  });

  test('all of alpha for one test finds a fault at the same look as half of it, or earlier', () => {
    const { outcomes: found, trials } = outcomes(/one of 3 fails 5 %/);
    expect(found['all of alpha'].seconds).toHaveLength(trials);
    const sorted = (rule: 'mixed' | 'all of alpha') => [...found[rule].seconds].sort((a, b) => a - b);
    expect(sorted('mixed').every((t, i) => t >= (sorted('all of alpha')[i] ?? Number.NaN))).toBe(true);
  });

  test.each([
    [0.5, [10, 20, 20, 30], 4, 15],
    [0.75, [10, 20, 20, 30], 4, 20],
    [0.25, [10, 20, 20, 30], 4, 10],
    [0.5, [10, 10, 10, 10], 4, 5],
    [0.5, [10], 4, Number.POSITIVE_INFINITY],
    [0.25, [10], 4, 10],
  ])(
    'below the quantile %d of %j of %d trials lie so many, on a line between two looks',
    (part, seconds, trials, expected) => {
      expect(quantile(seconds, part, trials)).toBe(expected);
    },
  );

  test('exactly at the objective', () => {
    const { outcomes: found, trials } = outcomes(/all 3 exactly at the objective/);
    expect(trials).toBe(400);
    expect(found.mixed.seconds.length).toBeLessThanOrEqual(3);
  });
});
