import { describe, expect, test } from '@jest/globals';
import { parseBucket } from '../../../src/domain/drill/asked.ts';
import { bucketFact, forbidsDeletion, waysOf, windowSeconds } from '../../../src/domain/drill/bucket.ts';
import { canaryMetadata, mayRemove, type ObjectFact, runId } from '../../../src/domain/drill/canary.ts';
import { judgeProtection, otherRegion } from '../../../src/domain/drill/protect.ts';
import { judgeRestored, lostSeconds, type Restored } from '../../../src/domain/drill/restored.ts';
import { inOrder, pastMetadata, readPast, worstOf } from '../../../src/domain/drill/trend.ts';

const day = 86_400;
const soft = (days: number) => ({ softDeletePolicy: { retentionDurationSeconds: String(days * day) } });
const body = (settings: object = {}) =>
  bucketFact({ name: 'data', location: 'EUROPE-WEST1', locationType: 'region', ...settings });
const copyIn = (location: string) => bucketFact({ name: 'copy', location, ...soft(7) });
const versions = { versioning: { enabled: true } };
const rule = (condition: object) => ({
  lifecycle: { rule: [{ action: { type: 'Delete' }, condition }] },
});

describe('what a bucket says', () => {
  test.each([
    [{}, [], 0],
    [soft(7), ['soft-delete'], 7 * day],
    [versions, ['versions'], Number.POSITIVE_INFINITY],
    [{ ...versions, ...soft(7) }, ['versions', 'soft-delete'], Number.POSITIVE_INFINITY],
    [{ ...versions, ...rule({ daysSinceNoncurrentTime: 3 }) }, ['versions'], 3 * day],
    [{ ...versions, ...soft(7), ...rule({ numNewerVersions: 2 }) }, ['versions', 'soft-delete'], 7 * day],
    [{ ...versions, ...rule({ age: 30 }) }, ['versions'], 0],
    [{ ...versions, ...rule({ age: 30, isLive: true }) }, ['versions'], Number.POSITIVE_INFINITY],
    [{ versioning: null, softDeletePolicy: { retentionDurationSeconds: 'soon' } }, [], 0],
    [{ versioning: 'yes', lifecycle: { rule: 'none' } }, [], 0],
  ])('%j: %j for %d s', (settings, ways, window) => {
    const bucket = body(settings);
    expect([waysOf(bucket), windowSeconds(bucket)]).toEqual([ways, window]);
  });

  test.each([
    ['EUR4', undefined, 'dual-region', ['EUROPE-NORTH1', 'EUROPE-WEST4']],
    ['eu', undefined, 'multi-region', []],
    ['asia-northeast3', undefined, 'region', ['ASIA-NORTHEAST3']],
    ['EU', ['europe-west1', 'europe-west8'], 'dual-region', ['EUROPE-WEST1', 'EUROPE-WEST8']],
  ])('%s lies in regions', (location, dataLocations, locationType, regions) => {
    const more = dataLocations ? { customPlacementConfig: { dataLocations }, locationType } : {};
    expect(bucketFact({ name: 'data', location, ...more })).toMatchObject({ locationType, regions });
  });

  test.each([
    [{ retentionPolicy: { retentionPeriod: '60' } }, true],
    [{ defaultEventBasedHold: true }, true],
    [{}, false],
  ])('%j forbids deletion: %s', (settings, forbids) => {
    expect(forbidsDeletion(body(settings))).toBe(forbids);
  });
});

describe('what is unprotected', () => {
  const targets = { rpo: undefined as number | undefined, rto: undefined, window: 7 * day };
  test.each([
    ['nothing', {}, 'europe-west4', {}, ['drill-unprotected']],
    ['soft delete', soft(7), 'europe-west4', {}, []],
    ['a longer window', soft(7), 'europe-west4', { window: 30 * day }, ['drill-window-short']],
    ['versions that end', { ...versions, ...rule({ age: 1 }) }, 'europe-west4', {}, ['drill-window-short']],
    ['versions alone', versions, 'europe-west4', {}, ['drill-versions-only']],
    ['one region', soft(7), undefined, {}, ['drill-one-region']],
    ['a near copy', soft(7), 'europe-west1', {}, ['drill-copy-near']],
    ['a copy in a pair with the region', { ...soft(7), location: 'EUROPE-WEST4' }, 'EUR4', {}, []],
    ['a copy in a multi-region', soft(7), 'EU', {}, []],
    ['a copy in a pair that nobody knows', soft(7), 'EUR99', {}, []],
    ['a dual-region', { ...soft(7), location: 'EUR4', locationType: 'dual-region' }, undefined, {}, []],
    [
      'a dual-region without turbo',
      { ...soft(7), location: 'EUR4', locationType: 'dual-region' },
      undefined,
      { rpo: 3600 },
      ['drill-replication-slow'],
    ],
    [
      'turbo',
      { ...soft(7), location: 'EUR4', locationType: 'dual-region', rpo: 'ASYNC_TURBO' },
      undefined,
      { rpo: 900 },
      [],
    ],
    [
      'a multi-region',
      { ...soft(7), location: 'EU', locationType: 'multi-region' },
      undefined,
      { rpo: 3600 },
      ['drill-replication-slow'],
    ],
  ])('%s', (_, settings, copy, more, rules) => {
    const found = judgeProtection(
      { bucket: body(settings), copy: copy === undefined ? undefined : copyIn(copy) },
      { ...targets, ...more },
    );
    expect(found.map((one) => one.rule)).toEqual(rules);
  });

  test.each([
    ['DEFAULT', 'dual-region', 3600, /^Switch turbo replication on:$/],
    ['DEFAULT', 'multi-region', 3600, /^Only a bucket in two named regions .* at least 12h\.$/],
    ['ASYNC_TURBO', 'dual-region', 60, /^Cloud Storage promises no shorter time\. .* at least 15m\.$/],
  ])('a copy that comes too late with %s in a %s', (rpo, locationType, most, fix) => {
    const [finding] = judgeProtection(
      { bucket: body({ ...soft(7), location: 'EU', locationType, rpo }), copy: undefined },
      { ...targets, rpo: most },
    );
    expect(finding).toMatchObject({ rule: 'drill-replication-slow', fix: expect.stringMatching(fix) });
  });

  test.each([
    [3600, '7d'],
    [30 * day, '30d'],
    [30 * day + 1, '31d'],
    [400 * day, '90d'],
  ])('a window of %d s is repaired with %s', (window, wanted) => {
    const [finding] = judgeProtection({ bucket: body(), copy: copyIn('us-east1') }, { ...targets, window });
    expect(finding?.commands?.[0]).toBe(
      `gcloud storage buckets update gs://data --soft-delete-duration=${wanted}`,
    );
  });

  test.each([
    ['EUROPE-WEST1', 'europe-west4'],
    ['europe-west9', 'europe-west1'],
    ['asia-northeast1', 'asia-northeast3'],
    ['us-central1', 'us-east1'],
    ['me-west1', 'us-central1'],
  ])('another region than %s is %s', (region, other) => {
    expect(otherRegion(region)).toBe(other);
  });
});

describe('whose an object is', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const object = (more: Partial<ObjectFact> = {}): ObjectFact => ({
    ...{ bucket: 'data', name: 'drill/canary/mine/soft-delete/0.bin', generation: '7', metageneration: '1' },
    ...{ md5: 'abc', size: 3, isLive: true, isHeld: false, createdAt: now },
    metadata: canaryMetadata('mine', 'abc', now + 1000),
    ...more,
  });
  test.each([
    ['its own', object(), 'mine', 'yes'],
    ['of a run that goes on', object(), 'other', 'not yet'],
    ['of a run that is over', object({ metadata: canaryMetadata('mine', 'abc', now - 1) }), 'other', 'yes'],
    ['other bytes', object({ md5: 'xyz' }), 'mine', 'changed'],
    ['bytes that nobody can compare', object({ md5: undefined }), 'mine', 'changed'],
    ['other metadata', object({ metageneration: '2' }), 'mine', 'changed'],
    ['a hold', object({ isHeld: true }), 'mine', 'changed'],
    ['another name', object({ name: 'drill/canary/other/0.bin' }), 'mine', 'changed'],
    ['no mark', object({ metadata: {} }), 'mine', 'changed'],
    [
      'a mark that leads out of the folder',
      object({ metadata: canaryMetadata('../mine', 'abc', 0) }),
      'mine',
      'changed',
    ],
    [
      'no time',
      object({ metadata: { ...canaryMetadata('mine', 'abc', 0), 'backstay-drill-expires': 'x' } }),
      'other',
      'not yet',
    ],
  ])('%s', (_, one, run, may) => {
    expect(mayRemove(one, { prefix: 'drill/', run, now })).toBe(may);
  });

  test('ids of runs sort by time', () => {
    expect(runId(now, 'ab12')).toBe('20261130T120000Z-ab12');
  });
});

describe('RPO and RTO', () => {
  const restored: Restored = {
    ...{ bucket: 'data', way: 'copy', objects: 3, bytes: 3, missing: [], differ: [] },
    ...{ rpo_seconds: 10, rto_seconds: 20 },
  };
  test.each([
    [{}, { rpo: 10, rto: 20 }, []],
    [{}, { rpo: 9, rto: 19 }, ['drill-rpo', 'drill-rto']],
    [{}, { rpo: undefined, rto: undefined }, []],
    [{ missing: ['a'] }, { rpo: 10, rto: 20 }, ['drill-not-restored']],
    [
      { differ: ['a', 'b'], missing: ['c'] },
      { rpo: 10, rto: 20 },
      ['drill-bytes-differ', 'drill-not-restored'],
    ],
    [{ rpo_seconds: undefined, rto_seconds: undefined }, { rpo: 0, rto: 1 }, []],
  ])('%j against %j', (more, targets, rules) => {
    const found = judgeRestored({ ...restored, ...more }, { ...targets, window: 0 });
    expect(found.map(({ rule: id }) => id)).toEqual(rules);
  });

  test.each([
    [[1000, 5000], [5000], 0],
    [[1000, 5000], [1000], 4],
    [[1000], [], undefined],
    [[], [1000], undefined],
  ])('written %j, back %j: %s s lost', (written, back, lost) => {
    expect(lostSeconds(written, back)).toBe(lost);
  });

  test('one restore without a figure leaves the drill without one', () => {
    expect(worstOf([restored, { ...restored, rto_seconds: 30 }])).toEqual({
      rpo_seconds: 10,
      rto_seconds: 30,
    });
    expect(worstOf([restored, { ...restored, rto_seconds: undefined }]).rto_seconds).toBeUndefined();
    expect(worstOf([])).toEqual({ rpo_seconds: undefined, rto_seconds: undefined });
  });
});

describe('the trend', () => {
  const past = { run: 'a', at: 1_000, passed: true, rpo_seconds: 0, rto_seconds: 1.5 };
  test('a result is read as it was written', () => {
    expect(readPast('a', pastMetadata(past))).toEqual(past);
  });
  test.each([
    ['no time', {}, undefined],
    [
      'a word for a number',
      { ...pastMetadata(past), 'backstay-drill-rto': '1e9' },
      { rto_seconds: undefined },
    ],
    [
      'a number beyond belief',
      { ...pastMetadata(past), 'backstay-drill-rto': '999999999' },
      { rto_seconds: undefined },
    ],
    ['below zero', { ...pastMetadata(past), 'backstay-drill-rpo': '-1' }, { rpo_seconds: undefined }],
  ])('%s', (_, metadata, read) => {
    const found = readPast('a', metadata);
    if (read === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(read);
  });
  test('each drill once, in the order of time', () => {
    const later = { ...past, run: 'b', at: 2_000 };
    expect(inOrder([later, past, past]).map(({ run }) => run)).toEqual(['a', 'b']);
  });
});

test.each([
  ['my-models', { role: 'data', bucket: 'my-models', copy: undefined }],
  ['model=my-models', { role: 'model', bucket: 'my-models', copy: undefined }],
  ['model=gs://my-models > gs://my-copy', { role: 'model', bucket: 'my-models', copy: 'my-copy' }],
])('%s', (text, bucket) => {
  expect(parseBucket(text)).toEqual(bucket);
});
test.each(['', 'My-Models', 'a>a', 'model=', 'my-models>my-models', 'a b', 'x'.repeat(300)])(
  'refuses %j',
  (text) => {
    expect(() => parseBucket(text)).toThrow(/^expected /);
  },
);
