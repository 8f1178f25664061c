import { describe, expect, test } from '@jest/globals';
import type { CapacityFile } from '../../../src/domain/capacity/file.ts';
import { compareRegions, judgeRegions, takesRequests } from '../../../src/domain/drill/compare-regions.ts';
import { type RegionFact, regionFact, slotsOf } from '../../../src/domain/drill/region.ts';

const container = (more: object = {}, env: object[] = []) => ({
  image: 'europe-docker.pkg.dev/p/r/ocr@sha256:aaaaaaaaaaaaaaaa',
  resources: { limits: { cpu: '1', memory: '512Mi' } },
  env: [
    { name: 'BUCKET', value: 'ocr-europe-west1' },
    { name: 'KEY', valueSource: { secretKeyRef: { secret: 'key', version: '3' } } },
    { name: 'MODEL_VERSION', value: '7' },
    { name: 'FUNCTION_TARGET', value: 'ocr' },
    ...env,
  ],
  ...more,
});
const revision = (more: object = {}) => ({
  containers: [container()],
  serviceAccount: 'run@p.iam.gserviceaccount.com',
  timeout: '60s',
  maxInstanceRequestConcurrency: 4,
  scaling: { maxInstanceCount: 10 },
  labels: { 'backstay-source': 'abc', 'backstay-config': 'def' },
  ...more,
});
const fact = (region: string, more: object = {}, service: object = {}, parts: object = {}): RegionFact =>
  regionFact({
    ...{ region, serving: ['r-1'], ready: true, openTo: [] },
    service: { ingress: 'INGRESS_TRAFFIC_ALL', ...service } as never,
    revision: revision(more) as never,
    ...parts,
  });

const first = fact('europe-west1');
const same = fact('europe-west4', {
  containers: [container({}, []), {}].map((one) =>
    JSON.parse(JSON.stringify(one).replaceAll('europe-west1', 'europe-west4')),
  ),
});
const measured = (more: object = {}): CapacityFile => ({
  ...{ schema: 'backstay/capacity/v1', service: 'ocr', region: 'europe-west1', revision: 'r-1' },
  image: `i@sha256:${'a'.repeat(64)}`,
  measured_at: '2026-11-01T00:00:00Z',
  settings: { cpu: 1, memory_mib: 512, concurrency: 4, instances: 2, ...more },
  objective: { quantile: 0.95, limit_ms: 3000 },
  ...{ requests_per_second: 6, concurrency: 8, p95_ms: 2100, calls: 200, misses: 1, confidence: 0.95 },
});
const judged = (second: RegionFact | undefined, load: object = {}) =>
  judgeRegions(first, second, {
    place: 'europe-west4',
    load: { needed: undefined, measured: undefined, ...load },
  }).map(({ rule }) => rule);

test('a row of names says how many there are, and names only those that differ', () => {
  const shown = (one: RegionFact, other: RegionFact) =>
    compareRegions(one, other)
      .filter(({ what }) => what === 'variables')
      .map(({ first: a, second: b }) => [a, b]);
  const withEnv = (...names: string[]) =>
    fact('us-east1', { containers: [{ env: names.map((name) => ({ name, value: 'x' })) }] });
  expect(shown(withEnv(), withEnv())).toEqual([['none', 'none']]);
  expect(shown(withEnv('A'), withEnv('A'))).toEqual([['1, the same', '1, the same']]);
  expect(shown(withEnv('A', 'B'), withEnv('A'))).toEqual([['B', 'no B']]);
});

describe('can the second region take over', () => {
  test.each([
    ['the same, with its own region in a value', same, []],
    ['no service', undefined, ['drill-region-missing']],
    ['not ready', { ...same, ready: false }, ['drill-region-down']],
    ['another source', { ...same, source: 'xyz' }, ['drill-region-differs']],
    ['a source that nobody knows', { ...same, source: undefined }, ['drill-region-differs']],
    ['another image of the same source', { ...same, image: 'other@sha256:bbbb' }, []],
    ['another version of a secret', { ...same, secrets: { KEY: 'key:4' } }, ['drill-region-differs']],
    ['another model', { ...same, env: { ...same.env, MODEL_VERSION: '8' } }, ['drill-region-differs']],
    ['less memory', { ...same, memory: '256Mi' }, ['drill-region-differs']],
    ['open to all', { ...same, openTo: ['allUsers'] }, ['drill-region-open']],
    ['no invoker check', { ...same, invokerCheckOff: true }, ['drill-region-open']],
    ['fewer instances', { ...same, instances: 9 }, ['drill-region-small']],
    ['more instances', { ...same, instances: 11 }, []],
  ])('%s', (_, second, rules) => {
    expect(judged(second)).toEqual(rules);
  });

  test.each([
    [30, {}, []],
    [30.1, {}, ['drill-region-small']],
    // Measured with another configuration, so it says nothing about the rate.
    [1000, { concurrency: 8 }, ['drill-not-done']],
    [1000, { memory_mib: 1024 }, ['drill-not-done']],
    [1000, { cpu: 2 }, ['drill-not-done']],
  ])('%d requests a second, measured with %j', (needed, settings, rules) => {
    expect(judged(same, { needed, measured: measured(settings) })).toEqual(rules);
  });

  test('a rate that nobody has measured is told, and not decided by the requests at a time', () => {
    const load = { needed: 12, measured: undefined };
    expect(judged(same, load)).toEqual(['drill-not-done']);
    const [told] = judgeRegions(first, same, { place: 'europe-west4', load });
    expect(told?.title).toBe(
      'Nobody knows whether europe-west4 takes 12 requests a second: there is no capacity_file. It takes 40 requests at a time, no fewer than the first region.',
    );
    expect(judged({ ...same, instances: 9 }, load)).toEqual(['drill-region-small']);
  });

  test('by the measurement, each instance takes its share', () => {
    expect(takesRequests(same, measured())).toBe(30);
    expect(takesRequests({ ...same, cpu: '1000m', memory: '0.5Gi' }, measured())).toBe(30);
    expect(takesRequests({ ...same, memory: 'much' }, measured())).toBeUndefined();
    expect(takesRequests(same, undefined)).toBeUndefined();
  });
});

test('without digests of a release, the images are compared', () => {
  const plain = { labels: {} };
  const rows = compareRegions(fact('europe-west1', plain), fact('europe-west4', plain));
  expect(rows[0]).toMatchObject({ what: 'image', is: 'same' });
});

test('values of variables are never shown', () => {
  const rows = compareRegions(first, { ...same, env: { ...same.env, BUCKET: 'hunter2' } });
  expect(rows.find(({ what }) => what === 'variables')).toEqual({
    ...{ what: 'variables', first: 'BUCKET', second: 'BUCKET', is: 'differs' },
  });
  expect(JSON.stringify(rows)).not.toMatch(/hunter2|ocr-REGION/);
});

test('a policy that may not be read is unknown, and no proof', () => {
  const second = { ...same, openTo: undefined };
  expect(judged(second)).toEqual(['drill-not-done']);
  expect(compareRegions(first, second).find(({ what }) => what === 'callers')?.is).toBe('unknown');
});

test.each([
  [{}, {}, 40],
  [{ scaling: {} }, {}, 400],
  [{ scaling: { maxInstanceCount: 10 } }, { scaling: { maxInstanceCount: 3 } }, 12],
  [{ maxInstanceRequestConcurrency: undefined, scaling: { maxInstanceCount: 2 } }, {}, 160],
  [{ scaling: { maxInstanceCount: '-1' } }, {}, 400],
])('%j and %j take %d requests at a time', (more, service, slots) => {
  expect(slotsOf(fact('europe-west1', more, service))).toBe(slots);
});

test.each([[{}], [{ containers: 'none' }], [{ containers: [{ env: [null, { name: 7 }] }] }]])(
  'reads a strange revision %j',
  (strange) => {
    expect(
      regionFact({
        region: 'r',
        service: {},
        revision: strange as never,
        serving: [],
        ready: false,
        openTo: undefined,
      }),
    ).toMatchObject({ env: {}, secrets: {} });
  },
);
