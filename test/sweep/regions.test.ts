import { expect, jest, test } from '@jest/globals';
import type { CellResult } from '../../scripts/sweep/cells.ts';
import { type EndResult, planEnds, runEnds } from '../../scripts/sweep/region-ends.ts';
import { planRegions, runRegions } from '../../scripts/sweep/regions.ts';
import { wantedOf } from '../../scripts/sweep/spread.ts';

// The cells run in fast time. The real time depends on the machine.
jest.setTimeout(300_000);

test('the parts of a grid have no cell in common and are the whole grid together', () => {
  const grid = Array.from({ length: 50 }, (_, i) => i);
  const parts = ['1/3', '2/3', '3/3'].map((part) => wantedOf(grid, { part }));
  expect(parts.map(({ length }) => length)).toEqual([17, 17, 16]);
  expect(parts.flat().sort((a, b) => a - b)).toEqual(grid);
  expect(wantedOf(grid, {})).toEqual(grid);
  expect(wantedOf(grid, { part: '2/2', sample: 5 })).toEqual([1, 11, 21, 31, 41]);
  for (const part of ['0/3', '4/3', '1', 'x/2', '1.5/2'])
    expect(() => wantedOf(grid, { part })).toThrow(`--part is ${part}, expected such as 3/20`);
});

/** A sample of `npm run sweep -- --regions`. */
test('a fault at any call to one of two regions: each region ends good or as it was', async () => {
  const cells = await planRegions({ sample: 18 });
  const results: CellResult[] = [];
  await runRegions(cells, (result) => results.push(result));
  expect(results.length).toBe(cells.length);
  // Calls may come in another order, and then a fault for one kind of call may find none. Most faults find one.
  expect(results.filter(({ met }) => met !== undefined).length).toBeGreaterThan(cells.length / 2);
  expect(
    results.flatMap(({ scenario, call, fault, met, violations }) =>
      violations.map((violation) => `${scenario}: call ${call} ${met}, ${fault}: ${violation}`),
    ),
  ).toEqual([]);
});

/** A sample of `npm run sweep -- --ends`. */
test('a release that dies between the last watch of several regions and the end: all of them have it, or none', async () => {
  const cells = await planEnds({ sample: 5 });
  const results: EndResult[] = [];
  await runEnds(cells, (result) => results.push(result));
  expect(results.length).toBe(cells.length);
  expect(results.filter(({ met }) => met !== undefined).length).toBeGreaterThan(0);
  expect(
    results.flatMap(({ size, call, effect, settling, met, violations }) =>
      violations.map((violation) => `${size}: call ${call} ${met}, ${effect}, ${settling}: ${violation}`),
    ),
  ).toEqual([]);
});
