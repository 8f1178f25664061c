import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canaryCapacity } from '../../../src/domain/traffic/canary-capacity.ts';

const usual = [5, 25, 50, 100];

describe('a canary that gets less than one instance', () => {
  test.each([
    [
      10,
      usual,
      '5 % of at most 10 instances, which is 0.5',
      'to 20 (100 / 5), or begin with 10 %: canary: 10%,25%,50%',
    ],
    [19, usual, 'which is 0.95', 'to 20 (100 / 5), or begin with 6 %: canary: 6%,25%,50%'],
    [3, usual, 'which is 0.15', 'to 20 (100 / 5), or begin with 34 %: canary: 34%,50%'],
    [2, usual, 'which is 0.1', 'to 20 (100 / 5), or begin with 50 %: canary: 50%'],
    [1, usual, 'which is 0.05', 'to 20 (100 / 5), or set canary: none'],
    [
      10,
      [3, 100],
      '3 % of at most 10 instances, which is 0.3',
      'to 34 (100 / 3), or begin with 10 %: canary: 10%',
    ],
  ])('a maximum of %d and %j', (maxInstanceCount, steps, title, fix) => {
    const [found] = canaryCapacity({ maxInstanceCount }, steps);
    expect(found).toMatchObject({ rule: 'canary-starves', severity: 'medium' });
    expect(found?.title).toContain(title);
    expect(found?.fix).toContain(fix);
  });

  test('of a service that is scaled by hand', () => {
    const [found] = canaryCapacity(
      { scalingMode: 'MANUAL', manualInstanceCount: 4, maxInstanceCount: 100 },
      usual,
    );
    expect(found?.title).toContain('gets 5 % of 4 instances, which is 0.2');
  });
});

test.each([
  [{ maxInstanceCount: 20 }, usual],
  [{ maxInstanceCount: 1 }, [100]],
  [{}, usual],
  [{ maxInstanceCount: 0 }, usual],
  [{ scalingMode: 'MANUAL', maxInstanceCount: 1 }, usual],
])('%j and %j is enough, or has no limit', (scaling, steps) =>
  expect(canaryCapacity(scaling, steps)).toEqual([]),
);

test('who follows the advice has no such finding', () => {
  const steps = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), steps, (maxInstanceCount, canary) => {
      const planned = [...canary.sort((a, b) => a - b), 100];
      const fix = canaryCapacity({ maxInstanceCount }, planned)[0]?.fix;
      if (fix === undefined) return;
      const raised = Number(/ to (\d+) /.exec(fix)?.[1]);
      expect(canaryCapacity({ maxInstanceCount: raised }, planned)).toEqual([]);
      const instead = /canary: ([\d%,]+)$/.exec(fix)?.[1];
      const taken = instead?.split(',').map((percent) => Number.parseInt(percent, 10)) ?? [];
      expect(canaryCapacity({ maxInstanceCount }, [...taken, 100])).toEqual([]);
      expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b));
      expect(Math.max(0, ...taken)).toBeLessThanOrEqual(50);
    }),
  );
});
