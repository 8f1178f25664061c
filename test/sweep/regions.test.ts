import { expect, jest, test } from '@jest/globals';
import type { CellResult } from '../../scripts/sweep/cells.ts';
import { type EndResult, planEnds, runEnds } from '../../scripts/sweep/region-ends.ts';
import { planRegions, runRegions } from '../../scripts/sweep/regions.ts';

// The cells run in fast time. The real time depends on the machine.
jest.setTimeout(300_000);

/** A sample of `npm run sweep -- --regions`. */
test('a fault at any call to one of two regions: each region ends good or as it was', async () => {
  const cells = await planRegions(18);
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
  const cells = await planEnds(5);
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
