import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { storageState } from '../../../sandbox/storage/state.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { Buckets, DrillRequest } from '../../../src/steps/drill/ports.ts';
import { type DrillWorld, drillWorld } from '../../support/drill-world.ts';

let w: DrillWorld;
beforeAll(async () => {
  w = await drillWorld();
});
afterAll(() => w?.stop());
beforeEach(async () => {
  await w.client.control('DELETE', '/faults');
  const state = storageState(w.sandbox.world);
  for (const list of [state.buckets, state.objects]) list.clear();
  Object.assign(state, { noncurrent: [], softDeleted: [], replications: [], pending: [] });
  w.sandbox.world.requests.length = 0;
});

const versioned = { versioning: { enabled: true } };
const withCopy: Partial<DrillRequest> = { buckets: [{ role: 'model', bucket: 'data', copy: 'copy' }] };
const rules = ({ findings }: { findings: readonly { rule: string }[] }) => findings.map(({ rule }) => rule);

describe('a restore that is done', () => {
  test.each([
    ['soft delete', {}, ['soft-delete']],
    ['versions and soft delete', versioned, ['versions', 'soft-delete']],
    ['versions alone', { ...versioned, softDeletePolicy: { retentionDurationSeconds: '0' } }, ['versions']],
  ])('%s', async (_, settings, ways) => {
    w.bucket('data', 'EUR4', settings);
    const result = await w.run({ targets: { rpo: undefined, rto: 60, window: 604_800 } });
    expect(result.verdict).toBe('pass');
    expect(result.evidence.restored.map(({ way }) => way)).toEqual(ways);
    for (const one of result.evidence.restored)
      expect(one).toMatchObject({ objects: 2, bytes: 2048, missing: [], differ: [], rpo_seconds: 0 });
    expect(result.evidence.restored.every(({ rto_seconds: rto }) => (rto ?? 0) > 0)).toBe(true);
    expect(w.objects('data')).toEqual([]);
    expect(result.evidence.left).toEqual([]);
  });

  test('from the copy, with the measured delay of the replication as RPO', async () => {
    w.bucket('data');
    w.bucket('copy', 'europe-west4');
    w.replicate('data', 'copy', 300);
    const result = await w.run(withCopy);
    const copy = result.evidence.restored.find(({ way }) => way === 'copy');
    expect(copy).toMatchObject({ missing: [], differ: [] });
    expect(copy?.rpo_seconds).toBeGreaterThan(0.2);
    expect([result.verdict, rules(result)]).toEqual(['pass', []]);
    expect([...w.objects('data'), ...w.objects('copy')]).toEqual([]);
  });

  test('a copy that is never reached restores nothing', async () => {
    w.bucket('data');
    w.bucket('copy', 'europe-west4');
    const result = await w.run({ ...withCopy, copyWaitMs: 50 });
    expect(result.verdict).toBe('fail');
    expect(rules(result)).toEqual(['drill-not-restored']);
    expect(w.objects('data')).toEqual([]);
  });

  test('a copy that comes after the wait has ended misses an RPO that is shorter', async () => {
    w.bucket('data');
    w.bucket('copy', 'europe-west4');
    w.replicate('data', 'copy', 150);
    const slow: Buckets = {
      ...w.buckets,
      removeForGood: async (object, signal) => {
        await new Promise((done) => setTimeout(done, 300));
        return w.buckets.removeForGood(object, signal);
      },
    };
    const result = await w.run(
      { ...withCopy, copyWaitMs: 20, targets: { rpo: 0.1, rto: 60, window: 604_800 } },
      { buckets: slow },
    );
    const copy = result.evidence.restored.find(({ way }) => way === 'copy');
    expect(copy?.missing).toEqual([]);
    expect(copy?.rpo_seconds).toBeGreaterThan(0.1);
    expect([result.verdict, rules(result)]).toEqual(['fail', ['drill-rpo']]);
  });

  test('every write and every delete of the bucket has a precondition or names a generation', async () => {
    w.bucket('data', 'EUR4', versioned);
    w.bucket('copy', 'europe-west4');
    w.replicate('data', 'copy', 0);
    await w.run(withCopy);
    const writes = w.requests().filter((line) => !line.startsWith('GET'));
    expect(writes.length).toBeGreaterThan(20);
    expect(writes.filter((line) => !/[?&](ifGenerationMatch|generation)=\d+/.test(line))).toEqual([]);
  });

  test('an objective that is missed fails', async () => {
    w.bucket('data', 'EUR4');
    const result = await w.run({ targets: { rpo: undefined, rto: 0.000_001, window: 604_800 } });
    expect([result.verdict, rules(result)]).toEqual(['fail', ['drill-rto']]);
  });
});

describe('what goes wrong', () => {
  test('a restore whose bytes differ', async () => {
    w.bucket('data', 'EUR4');
    const rotting: Buckets = {
      ...w.buckets,
      removeForGood: async (object, signal) => {
        const end = await w.buckets.removeForGood(object, signal);
        const buried = storageState(w.sandbox.world).softDeleted.find(
          ({ generation }) => generation === object.generation,
        );
        if (buried?.file && object.name.endsWith('1.bin')) {
          const bytes = readFileSync(buried.file);
          bytes[100] = (bytes[100] ?? 0) ^ 1;
          writeFileSync(buried.file, bytes);
        }
        return end;
      },
    };
    const targets = { rpo: undefined, rto: 60, window: 604_800 };
    const result = await w.run({ targets }, { buckets: rotting });
    expect(result).toMatchObject({ verdict: 'fail', findings: [{ rule: 'drill-bytes-differ' }] });
    expect(result.reason).toContain('1 of 2 objects of data came back from soft delete with other bytes');
    expect(result.evidence.trend).toMatchObject([{ passed: false }]);
  });

  test('retention forbids deletion: nothing is written', async () => {
    w.bucket('data', 'EUR4', { retentionPolicy: { retentionPeriod: '86400', isLocked: true } });
    const result = await w.run();
    expect(rules(result)).toContain('drill-kept');
    expect(w.requests().filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  test.each([
    ['a retention whose time cannot be read', { retentionPolicy: { isLocked: true } }],
    ['a retention of ten years', { retentionPolicy: { retentionPeriod: '315360000' } }],
    ['a hold on every new object', { defaultEventBasedHold: true }],
  ])('%s: not even a result is written into the bucket', async (_, settings) => {
    w.bucket('data', 'EUR4', settings);
    w.bucket('other', 'EUR4');
    const result = await w.run({
      buckets: ['data', 'other'].map((bucket) => ({ role: 'data', bucket, copy: undefined })),
    });
    expect(rules(result)).toContain('drill-kept');
    expect(result.evidence.restored.map(({ bucket }) => bucket)).toEqual(['other']);
    expect(w.requests().filter((line) => !line.startsWith('GET') && line.includes('/b/data/'))).toEqual([]);
  });

  test('an answer about another bucket stops the drill before the first write', async () => {
    w.bucket('data', 'EUR4');
    w.bucket('mine', 'EUR4');
    await w.client.control('POST', '/faults', {
      ...{ api: 'storage', method: 'GET', path: '/b/data', nth: 1, times: 1 },
      fault: { status: 200, body: { name: 'mine', location: 'EUR4', locationType: 'dual-region' } },
    });
    await expect(w.run()).rejects.toThrow('another bucket than data');
    expect(w.requests().filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  test('a copy that refuses to be cleaned up keeps nothing from going in the bucket itself', async () => {
    w.bucket('data');
    w.bucket('copy', 'europe-west4');
    w.replicate('data', 'copy', 0);
    const refusing: Buckets = {
      ...w.buckets,
      list: async (bucket, prefix, which, signal) => {
        if (bucket === 'data' && which === 'all')
          throw new ReleaseError('permission-denied', { what: 'no list' });
        return w.buckets.list(bucket, prefix, which, signal);
      },
    };
    const result = await w.run(withCopy, { buckets: refusing });
    expect(rules(result).filter((rule) => rule === 'drill-not-done')).toHaveLength(2);
    expect(w.objects('copy')).toEqual([]);
  });

  test('retention that comes in the middle leaves the objects, and the next drill takes them when it may', async () => {
    w.bucket('data', 'EUR4');
    const bucket = storageState(w.sandbox.world).buckets.get('data');
    const late: Buckets = {
      ...w.buckets,
      removeForGood: async (object, signal) => {
        if (bucket) bucket.settings.retentionPolicy = { retentionPeriod: '60' };
        return w.buckets.removeForGood(object, signal);
      },
    };
    const stopped = await w.run({}, { buckets: late });
    expect(stopped.verdict).toBe('inconclusive');
    expect(rules(stopped)).toEqual(['drill-replication-slow', 'drill-not-done', 'drill-left', 'drill-left']);
    expect(stopped.evidence.left).toHaveLength(2);
    if (bucket) delete bucket.settings.retentionPolicy;
    w.later(3 * 3600 * 1000);
    const next = await w.run();
    expect(next.evidence.left).toEqual([]);
    expect(w.objects('data')).toEqual([]);
  });

  test('a permission that is missing is told before the first write, with its grant', async () => {
    w.bucket('data', 'EUR4');
    w.sandbox.world.denyPolicies.set(`//cloudresourcemanager.googleapis.com/projects/${w.sandbox.project}`, [
      {
        name: 'deny',
        etag: 'e',
        rules: [
          {
            denyRule: {
              deniedPrincipals: ['principalSet://goog/public:all'],
              deniedPermissions: ['storage.googleapis.com/objects.restore'],
            },
          },
        ],
      },
    ]);
    try {
      const result = await w.run();
      expect(result).toMatchObject({ verdict: 'inconclusive' });
      expect(result.findings.at(-1)).toMatchObject({
        rule: 'drill-not-done',
        commands: [
          `gcloud storage buckets add-iam-policy-binding gs://data --member=serviceAccount:${w.account} --role=roles/storage.objectUser --condition=None`,
        ],
      });
      expect(w.requests().filter((line) => !line.startsWith('GET'))).toEqual([]);
    } finally {
      w.sandbox.world.denyPolicies.clear();
    }
  });

  test('a deny in the middle stops this bucket, cleans up, and the next bucket is drilled', async () => {
    w.bucket('data', 'EUR4');
    w.bucket('other', 'EUR4');
    await w.client.control('POST', '/faults', {
      ...{ api: 'storage', method: 'POST', path: '/data/o/', nth: 2, times: 1 },
      fault: {
        status: 403,
        body: { error: { code: 403, message: 'denied', errors: [{ reason: 'forbidden' }] } },
      },
    });
    const result = await w.run({
      buckets: ['data', 'other'].map((bucket) => ({ role: 'data', bucket, copy: undefined })),
      targets: { rpo: undefined, rto: 60, window: 604_800 },
    });
    expect([result.verdict, rules(result)]).toEqual(['inconclusive', ['drill-not-done']]);
    expect(result.evidence.restored.map(({ bucket }) => bucket)).toEqual(['other']);
    expect([...w.objects('data'), ...w.objects('other')]).toEqual([]);
  });

  test('an object that somebody else changed meanwhile stays as it is', async () => {
    w.bucket('data', 'EUR4');
    let once = true;
    const meddled: Buckets = {
      ...w.buckets,
      removeForGood: async (object, signal) => {
        const stored = storageState(w.sandbox.world).objects.get(`data/${object.name}`);
        if (once && stored) {
          once = false;
          stored.metadata = { ...stored.metadata, note: 'mine' };
          stored.metageneration = 2;
        }
        return w.buckets.removeForGood(object, signal);
      },
    };
    const result = await w.run({}, { buckets: meddled });
    expect(rules(result)).toContain('drill-changed');
    expect(w.objects('data')).toHaveLength(1);
    w.later(3 * 3600 * 1000);
    await w.run();
    expect(w.objects('data')).toHaveLength(1);
  });

  test('objects of others in the folder of the drill are never removed', async () => {
    w.bucket('data', 'EUR4');
    const base = w.sandbox.world.urls.get('storage');
    const owner = (await w.client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body;
    await w.client.send(
      `${base}/upload/storage/v1/b/data/o?uploadType=media&name=${encodeURIComponent('backstay-drill/canary/mine')}`,
      'POST',
      Buffer.from('mine'),
      { authorization: `Bearer ${owner.accessToken}` },
    );
    const result = await w.run({ targets: { rpo: undefined, rto: 60, window: 604_800 } });
    expect(result.verdict).toBe('pass');
    expect(w.objects('data')).toEqual(['backstay-drill/canary/mine']);
  });
});

describe('what is only believed about Cloud Storage is otherwise', () => {
  test.each([
    ['deletedIsListedAtOnce', 'fail', ['drill-not-restored'], 0],
    ['restoreTakesGenerationMatch', 'pass', [], 0],
    ['restoreStartsAnew', 'pass', ['drill-changed', 'drill-changed'], 2],
  ] as const)('%s', async (quirk, verdict, found, left) => {
    w.bucket('data', 'EUR4');
    w.sandbox.world.quirks[quirk] = false;
    try {
      const result = await w.run({ targets: { rpo: undefined, rto: 60, window: 604_800 } });
      expect([result.verdict, rules(result)]).toEqual([verdict, found]);
      expect([w.objects('data').length, result.evidence.left.length]).toEqual([left, left]);
    } finally {
      w.sandbox.world.quirks[quirk] = true;
    }
  });
});

/** Ends the process, as far as a test can: nothing behind the nth call of Cloud Storage happens. */
class Killed extends Error {}
const killing = (buckets: Buckets, at: number, when: 'before' | 'after') => {
  let calls = 0;
  return new Proxy(buckets, {
    get:
      (target, name: keyof Buckets) =>
      async (...args: unknown[]) => {
        if (calls > at) throw new Killed();
        const mine = calls++;
        if (mine === at && when === 'before') throw new Killed();
        const answer = await (target[name] as (...all: unknown[]) => Promise<unknown>)(...args);
        if (mine === at) throw new Killed();
        return answer;
      },
  });
};

test.each(['before', 'after'] as const)(
  'killed %s every call: the next drill ends well, and nothing is left',
  async (when) => {
    for (let at = 0; ; at++) {
      const state = storageState(w.sandbox.world);
      for (const list of [state.buckets, state.objects]) list.clear();
      Object.assign(state, { noncurrent: [], softDeleted: [], replications: [], pending: [] });
      w.bucket('data', 'EUR4', versioned);
      const more = { canaries: 1, targets: { rpo: undefined, rto: 60, window: 604_800 } };
      const killed = await w.run(more, { buckets: killing(w.buckets, at, when) }).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      w.later(3 * 3600 * 1000);
      const next = await w.run(more);
      expect([at, next.verdict, w.objects('data'), next.evidence.left]).toEqual([at, 'pass', [], []]);
      if (!killed) {
        expect(at).toBeGreaterThan(15);
        return;
      }
    }
  },
  300_000,
);

test.each(['before', 'after'] as const)(
  'an answer that is lost %s its effect changes nothing',
  async (reset) => {
    for (let nth = 1; nth < 30; nth++) {
      const state = storageState(w.sandbox.world);
      for (const list of [state.buckets, state.objects]) list.clear();
      Object.assign(state, { noncurrent: [], softDeleted: [] });
      w.bucket('data', 'EUR4', versioned);
      await w.client.control('DELETE', '/faults');
      await w.client.control('POST', '/faults', { api: 'storage', nth, fault: { reset } });
      const result = await w.run({ canaries: 1, targets: { rpo: undefined, rto: 60, window: 604_800 } });
      expect([nth, result.verdict, result.reason, w.objects('data')]).toEqual([
        nth,
        'pass',
        '2 restores of data brought back every byte.',
        [],
      ]);
    }
  },
  300_000,
);

describe('the trend', () => {
  test('every drill adds one result, which is never changed, and the list of them is the trend', async () => {
    w.bucket('data', 'EUR4');
    for (let count = 1; count <= 3; count++) {
      w.later(60_000);
      const { evidence } = await w.run({ run: `week-${count}` });
      expect(evidence.trend.map(({ run }) => run)).toEqual(
        Array.from({ length: count }, (_, at) => `week-${at + 1}`),
      );
    }
  });

  test('a check writes nothing and shows the trend', async () => {
    w.bucket('data', 'EUR4');
    await w.run({ run: 'week-1' });
    w.sandbox.world.requests.length = 0;
    const { evidence, verdict } = await w.run({ mode: 'check' });
    expect([verdict, evidence.trend.length, evidence.restored]).toEqual(['pass', 1, []]);
    expect(w.requests().filter((line) => !line.startsWith('GET'))).toEqual([]);
  });
});
