import { describe, expect, jest, test } from '@jest/globals';
import { type CellResult, configs } from '../../scripts/sweep/cells.ts';
import { hasAskedFor, measure, planCells, runCells } from '../../scripts/sweep/worker.ts';
import { isTurn, partText } from '../support/part.ts';

// The cells run in fast time, and their bounds are in that time. The real time depends on the machine.
jest.setTimeout(300_000);

test.each([
  ['function', 16],
  ['run-function', 6],
  ['run-image', 6],
] as const)(
  'servers that repeat the secrets of every input: no 8 characters of them are written (%s)',
  async (driver, sample) => {
    const calls = await measure(
      (one) => one.config === 0 && one.scenario === 'good' && one.driver === driver,
    );
    const cells = planCells(calls, { sample, only: 'repeats secrets' });
    expect(cells.length).toBeGreaterThan(sample / 2);
    const results: CellResult[] = [];
    await runCells(cells, (result) => results.push(result));
    expect(results.map(({ violations }) => violations)).toEqual(cells.map(() => []));
    // The condition is worth something only if the servers' words arrive at all: the marks of what was removed are there.
    expect(results.filter(({ redacted }) => redacted).length).toBeGreaterThan(cells.length / 3);
  },
);

test('with a model, the faults meet what can part alias and traffic, each call by its name', () => {
  const run = (method: string, path: string) => ({
    api: 'run',
    method,
    path: `/v2/projects/p/locations/r/${path}`,
  });
  const vertex = (method: string, path: string) => ({ ...run(method, path), api: 'aiplatform' });
  const calls = [
    run('GET', 'services/f'),
    vertex('GET', 'models/f%402'),
    { api: 'storage', method: 'GET', path: '/storage/v1/b/models/o?prefix=f' },
    { api: 'storage', method: 'GET', path: '/storage/v1/b/other/o?prefix=f' },
    run('POST', 'services/f:testIamPermissions'),
    run('PATCH', 'services/f?updateMask=template'),
    run('GET', 'services/f'),
    run('PATCH', 'services/f?updateMask=traffic'),
    run('GET', 'services/f'),
    vertex('POST', 'models/f%402:mergeVersionAliases'),
    vertex('GET', 'models/f%401'),
  ];
  const config = configs.findIndex(({ model }) => model);
  const planned = planCells([{ config, scenario: 'good', driver: 'run-image', calls }], {});
  const met = planned.filter(({ fault }) => fault === '500').map(({ call, named }) => [call, named?.nth]);
  expect(met).toEqual([
    ...[
      [2, 1],
      [3, 1],
      [6, 1],
    ],
    ...[
      [8, 2],
      [9, 3],
      [10, 1],
      [11, 2],
    ],
  ]);
  expect(planned).toHaveLength(met.length * (configs[config]?.faults.length ?? 0));
  // The grid of the platform as documented has every call.
  expect(
    planCells([{ config: 0, scenario: 'good', driver: 'run-image', calls }], { only: 'good 429' }),
  ).toHaveLength(calls.length);
  expect(
    configs.map((_, at) => hasAskedFor('a model in the registry', { config: at, scenario: 'good' })),
  ).toEqual(configs.map(({ model }) => model === true));
});

/**
 * Runs a sample of `npm run sweep`, spread over calls and faults. The first two kinds of release come every day, and the others
 * in turn, each every second day.
 */
describe('the fault sweep', () => {
  const kinds = [
    ['a release that is promoted', 'function', 0, 'good', 24],
    ['a release that is taken back', 'function', 0, 'smoke fails', 12],
    ['a platform that drops pin and record in a build', 'function', 3, 'good', 8],
    ['a platform that resets the settings of the service in a build', 'function', 6, 'smoke fails', 6],
    ['a Cloud Run function that is promoted', 'run-function', 0, 'good', 10],
    ['a Cloud Run function that is taken back', 'run-function', 0, 'smoke fails', 6],
    ['a function and its model that are promoted', 'function', 8, 'good', 10],
    ['an image and its model that are promoted', 'run-image', 8, 'good', 14],
    ['a Cloud Run function and its model that are taken back', 'run-function', 8, 'smoke fails', 8],
    ['an image that is promoted', 'run-image', 0, 'good', 10],
    ['an image that is taken back', 'run-image', 0, 'smoke fails', 6],
  ] as const;
  const ofToday = kinds.filter((_, i) => i < 2 || isTurn(i, 2));
  console.log(partText(ofToday.length, kinds.length, 'kinds of release'));
  test.each(ofToday)('%s', async (_, driver, config, scenario, sample) => {
    const calls = await measure(
      (row) => row.config === config && row.scenario === scenario && row.driver === driver,
    );
    expect(calls.map((measured) => measured.calls.length)).toEqual([expect.any(Number)]);
    const cells = planCells(calls, { sample });
    expect(new Set(cells.map(({ fault }) => fault)).size).toBeGreaterThanOrEqual(
      Math.min(6, configs[config]?.faults.length ?? 0),
    );
    const results: CellResult[] = [];
    await runCells(cells, (result) => results.push(result));
    expect(results.length).toBe(cells.length);
    // Calls may come in another order, and then a fault for one kind of call may find none. Most faults find one.
    expect(results.filter(({ met }) => met !== undefined).length).toBeGreaterThan(cells.length / 2);
    expect(
      results.flatMap(({ call, fault, met, violations }) =>
        violations.map((violation) => `call ${call} ${met}, ${fault}: ${violation}`),
      ),
    ).toEqual([]);
  });
});
