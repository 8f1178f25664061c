import { expect, test } from '@jest/globals';
import { drillRegions, type RegionsPorts } from '../../../src/steps/drill/regions.ts';

/** Two regions from small fakes of the port: the newest revision with traffic is the one that is compared. */
const raw = (source: string) => ({ labels: { 'backstay-source': source } });
const revision = (name: string, createTime: string, source: string, ready = true) => ({
  ...{ name, ready, failed: !ready, createTime, message: undefined, logUri: undefined },
  raw: raw(source),
});

type World = Record<string, { traffic: [revision: string, percent: number][] } | undefined>;
const revisions: Record<string, ReturnType<typeof revision>> = {
  old: revision('old', '2026-01-01', 'old'),
  new: revision('new', '2026-02-01', 'new'),
  dead: revision('dead', '2026-03-01', 'new', false),
};
const ports = (world: World, openTo: readonly string[] | null = []): RegionsPorts => ({
  services: {
    get: async (service) => {
      const found = world[service];
      return found === undefined
        ? undefined
        : ({
            raw: {},
            trafficStatuses: found.traffic.map(([name, percent]) => ({ revision: name, percent })),
          } as never);
    },
    revision: async (_, name) => revisions[name],
  },
  openTo: async () => openTo ?? undefined,
});
const run = (world: World, openTo?: readonly string[] | null) =>
  drillRegions(ports(world, openTo), {
    first: { region: 'europe-west1', service: 'a' },
    second: { region: 'europe-west4', service: 'b' },
    load: { needed: undefined, measured: undefined },
  });
const serves = (...traffic: [string, number][]) => ({ traffic });

test.each([
  ['the same', { a: serves(['new', 100]), b: serves(['new', 100]) }, []],
  ['an older release', { a: serves(['new', 100]), b: serves(['old', 100]) }, ['drill-region-differs']],
  ['a split that ends in the same', { a: serves(['new', 100]), b: serves(['old', 90], ['new', 10]) }, []],
  ['a tag without traffic', { a: serves(['new', 100]), b: serves(['new', 100], ['old', 0]) }, []],
  ['a revision that died', { a: serves(['new', 100]), b: serves(['dead', 100]) }, ['drill-region-down']],
  ['no traffic at all', { a: serves(['new', 100]), b: serves() }, ['drill-region-down']],
  ['nothing', { a: serves(['new', 100]) }, ['drill-region-missing']],
])('the second region has %s', async (_, world, rules) => {
  const { findings, evidence } = await run(world);
  expect(findings.map(({ rule }) => rule)).toEqual(rules);
  expect(evidence.rows.length > 0).toBe(rules[0] !== 'drill-region-missing');
});

test('a first region without the service is an error and no verdict', async () => {
  await expect(run({ b: serves(['new', 100]) })).rejects.toThrow('There is no service a.');
});

test('an open service is found', async () => {
  const world = { a: serves(['new', 100]), b: serves(['new', 100]) };
  expect((await run(world, ['allUsers'])).findings.map(({ rule }) => rule)).toEqual(['drill-region-open']);
});

test('who may call and could not be read is no proof of privacy', async () => {
  const world = { a: serves(['new', 100]), b: serves(['new', 100]) };
  const { findings, evidence } = await run(world, null);
  expect(findings.map(({ rule }) => rule)).toEqual(['drill-not-done']);
  expect(evidence.rows.find(({ what }) => what === 'callers')?.is).toBe('unknown');
});
