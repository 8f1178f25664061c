import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { recordAnnotation } from '../../../src/domain/product.ts';
import type { TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type AnyRan, type Ran, ReleaseWorld } from '../../support/release-world.ts';

const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' as const;
const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
const quick = { step_duration: '1s', duration: '1s' };
const login = new Set(['oidc', 'sts', 'iamcredentials']);

// The sandbox is slow on a busy machine, while deadlines run in fast time.
jest.setTimeout(300_000);

describe('rollback', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({}, time.clock);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  /** A function with two promoted revisions, of which the second serves. */
  async function twice(): Promise<{ name: string; old: string; new: string }> {
    const name = `r${++made}`;
    const first = await world.release(name, world.good(), { inputs: quick });
    const second = await world.release(name, world.good(), { inputs: quick });
    expect([first.report.outcome, second.report.outcome]).toEqual(['promoted', 'promoted']);
    return { name, old: String(first.outputs.revision), new: String(second.outputs.revision) };
  }
  const only = async (name: string) => {
    const serving = await world.serving(name);
    expect(serving.map(({ percent }) => percent)).toEqual([100]);
    return serving[0]?.revision;
  };
  const rules = (ran: AnyRan) => ran.report.findings.map(({ rule }) => rule);

  test('to before: the write is the fourth call, the result is verified, and the report says what the rollback does not undo', async () => {
    const { name, old, new: bad } = await twice();
    const calls: string[] = [];
    const restore = world.onCalls(({ api, method, path }) => {
      if (!login.has(api)) calls.push(`${method} ${api} ${path.split('?')[0]?.split('/').at(-2)}`);
      return undefined;
    });
    const ran = await world.rollback(name, 'before');
    restore();
    expect([ran.exitCode, ran.report.outcome, ran.outputs.serving_revision, await only(name)]).toEqual([
      0,
      'rolled_back',
      old,
      old,
    ]);
    expect(calls.slice(0, 4)).toEqual([
      'GET cloudfunctions functions',
      'GET run services',
      'GET run revisions',
      'PATCH run services',
    ]);
    expect(calls.filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
    expect(ran.report.reason).toContain('it answers 200');
    expect(ran.report.findings).toEqual([
      expect.objectContaining({
        rule: 'function-describes-another-revision',
        title: expect.stringContaining(bad),
      }),
    ]);
    expect(await world.record(name)).toMatchObject({ phase: 'closed', stable: old, failed: [bad] });
  });

  test('without a token to call the revision, it is not blamed', async () => {
    const { name, old } = await twice();
    const restore = world.onCalls(({ path }) =>
      path.includes(':generateIdToken') ? { status: 403 } : undefined,
    );
    const ran = await world.rollback(name, 'before');
    restore();
    expect([ran.exitCode, ran.report.outcome, await only(name)]).toEqual([0, 'rolled_back', old]);
    expect(ran.report.reason).toContain('it could not be called (');
    expect(rules(ran)).not.toContain('rolled-back-revision-fails');
  });

  test('a tag that exists is no revision: the refusal names the revision that it stands for', async () => {
    const { name, old, new: latest } = await twice();
    await world.setTraffic(name, [
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: latest, percent: 100 },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: old, tag: 'green' },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', tag: 'newest' },
    ]);
    for (const [tag, revision] of [
      ['green', old],
      ['newest', latest],
    ] as const) {
      const ran = await world.rollback(name, tag);
      expect([ran.report.outcome, ran.exitCode, await only(name)]).toEqual(['blocked', 1, latest]);
      expect(ran.report.reason.toLowerCase()).toContain(
        `${tag} is a tag of the revision ${revision}: set to: ${revision}`,
      );
    }
    const gone = await world.rollback(name, 'grean');
    expect(gone.report.reason).toContain('does not exist any more');
  });

  test('twice is the same as once', async () => {
    const { name, old } = await twice();
    await world.rollback(name, 'before');
    const before = await world.service(name);
    const again = await world.rollback(name, 'before');
    expect([again.exitCode, again.report.reason, await only(name)]).toEqual([
      0,
      expect.stringContaining('already'),
      old,
    ]);
    expect(await world.service(name)).toEqual(before);
  });

  test('a re-run does not release again what was taken back by hand', async () => {
    const { name } = await twice();
    const source = world.good();
    expect((await world.release(name, source, { inputs: quick })).report.outcome).toBe('promoted');
    await world.rollback(name, 'before');
    const again = await world.release(name, source, { inputs: quick });
    expect([again.report.outcome, again.report.reason]).toEqual([
      'blocked',
      expect.stringContaining('retry_failed'),
    ]);
  });

  test('a revision by name, and refusals with their reasons', async () => {
    const { name, old, new: current } = await twice();
    await world.rollback(name, 'before');
    const reasons = async (to: string, inputs = {}) => {
      const ran = await world.rollback(name, to, { inputs });
      return [ran.exitCode, ran.report.outcome, ran.report.reason];
    };
    expect(await reasons(current)).toEqual([1, 'blocked', expect.stringContaining('found bad by a release')]);
    expect(await reasons(`${name}-00099-zzz`)).toEqual([
      1,
      'blocked',
      expect.stringContaining('does not exist any more'),
    ]);
    expect(await only(name)).toBe(old);
    expect(await reasons(current, { force: 'true' })).toEqual([
      0,
      'rolled_back',
      expect.stringContaining(current),
    ]);
    const dead = runState(world.sandbox.world).services.get(world.serviceName(name))?.revisions.get(old);
    if (dead) dead.state = 'failed';
    expect(await reasons(old)).toEqual([1, 'blocked', expect.stringContaining('is not ready')]);
    expect(await only(name)).toBe(current);
  });

  test('no record, and no function', async () => {
    const name = `r${++made}`;
    expect((await world.rollback(name, 'before')).report.reason).toContain('does not exist');
    await world.deploy(name, world.good());
    const ran = await world.rollback(name, 'before');
    expect([ran.exitCode, ran.report.reason]).toEqual([
      1,
      expect.stringContaining('this function has no record of a release'),
    ]);
    const first = await world.release(name, world.good(), { inputs: quick });
    expect(first.report.outcome).toBe('promoted');
  });

  test('to stable during a canary beside the revision of a colleague: the candidate counts as bad', async () => {
    const { name, new: stable } = await twice();
    const theirs = await world.deploy(name, world.good());
    await world.dies(name, world.good(), 3, { inputs: quick });
    const candidate = (await world.record(name))?.candidate;
    expect((await world.serving(name)).map(({ revision }) => revision)).toEqual([
      theirs.outputs.revision,
      candidate,
    ]);
    const ran = await world.rollback(name, 'stable');
    expect([ran.report.outcome, await only(name)]).toEqual(['rolled_back', stable]);
    expect((await world.record(name))?.failed).toEqual([candidate]);
  });

  test('a record of a later version and a lost record are named as such', async () => {
    const { name } = await twice();
    const service = runState(world.sandbox.world).services.get(world.serviceName(name));
    const record = await world.record(name);
    if (!service || !record) throw new Error('there is no record');
    const reasonWith = async (value: object) => {
      service.annotations[recordAnnotation] = JSON.stringify(value);
      return (await world.rollback(name, 'before')).report.reason;
    };
    expect(await reasonWith({ v: 2 })).toContain('a later version of Backstay');
    const lost = { before: [], before_revision: undefined, candidate: undefined };
    expect(await reasonWith({ ...record, ...lost })).toContain('was lost');
  });

  test('others move the traffic while it goes back: the report says so, with what serves', async () => {
    const { name, new: current } = await twice();
    world.sandbox.world.settings.trafficSettleMs = 300;
    let theirs: Promise<void> | undefined;
    let patched = false;
    const restore = world.onCalls(({ api, method }) => {
      if (api !== 'run') return undefined;
      if (patched && method === 'GET')
        theirs ??= world.setTraffic(name, [{ type: named, revision: current, percent: 100 }]);
      patched ||= method === 'PATCH';
      return undefined;
    });
    const ran = await world.rollback(name, 'before');
    restore();
    await theirs;
    world.sandbox.world.settings.trafficSettleMs = 10;
    expect([ran.exitCode, ran.report.outcome]).toEqual([1, 'superseded']);
    expect(ran.report.reason).not.toContain('Nothing was changed');
    expect(ran.outputs.serving_revision).toBe(current);
  });

  test('during a live release: traffic goes back at once, and the release gives way', async () => {
    const { name, new: current } = await twice();
    let rolling: Promise<Ran<'rollback'>> | undefined;
    const restore = world.onCalls(({ api, method, nth }) => {
      if (api === 'run' && method === 'PATCH' && nth === 4)
        rolling = world.rollback(name, 'before', { env: { GITHUB_RUN_ID: '55' } });
      return undefined;
    });
    const ran = await world.release(name, world.good(), {
      inputs: { step_duration: '60s', duration: '60s' },
    });
    restore();
    expect([(await rolling)?.report.outcome, ran.report.outcome, ran.exitCode]).toEqual([
      'rolled_back',
      'superseded',
      1,
    ]);
    expect(await only(name)).toBe(current);
    await world.post(name, '.', ran);
    expect((await world.service(name))?.traffic.flatMap(({ tag }) => tag ?? [])).toEqual([]);
  });

  test('after a release that died before its build, LATEST comes back and the tags of other tools stay', async () => {
    const { name, new: current } = await twice();
    const found: TrafficTarget[] = [
      { type: latest, percent: 100 },
      { type: named, revision: current, tag: 'preview' },
    ];
    await world.setTraffic(name, found);
    await world.dies(name, world.good(), 1, { inputs: quick });
    const ran = await world.rollback(name, 'before');
    expect([ran.exitCode, (await world.service(name))?.traffic]).toEqual([0, found]);
  });

  test('a first release that died is no success of the one that settles it: what serves was not judged', async () => {
    const name = `r${++made}`;
    await world.dies(name, world.good(), 1, { inputs: quick });
    expect((await world.record(name))?.before_revision).toBeUndefined();
    const ran = await world.rollback(name, 'settle');
    expect([ran.exitCode, ran.report.outcome, ran.report.verdict]).toEqual([1, 'held', 'inconclusive']);
    expect(ran.report.reason).toContain('No test has judged what serves: release it again.');
    // The record is closed, so the next one finds nothing open.
    const again = await world.rollback(name, 'settle');
    expect([again.exitCode, again.report.outcome]).toEqual([0, undefined]);
  });

  test('if the old revision fails as well, the report says so and the traffic stays', async () => {
    const name = `r${++made}`;
    const first = await world.release(name, world.source([{ status: 503 }]), { inputs: quick });
    await world.release(name, world.good(), { inputs: quick });
    const ran = await world.rollback(name, 'before');
    expect([ran.exitCode, await only(name)]).toEqual([0, first.outputs.revision]);
    expect(rules(ran)).toContain('rolled-back-revision-fails');
  });

  test('a dry run writes nothing', async () => {
    const { name } = await twice();
    const before = await world.service(name);
    const ran = await world.rollback(name, 'before', { inputs: { dry_run: 'true' } });
    expect([ran.exitCode, ran.report.reason]).toEqual([0, expect.stringContaining('Would send 100 %')]);
    expect(await world.service(name)).toEqual(before);
  });

  test('a lost response to the write, a conflict and a busy API do not change the result', async () => {
    for (const fault of [
      { reset: 'after' as const },
      { reset: 'before' as const },
      { status: 409 },
      { status: 503 },
      { malformed: true },
    ]) {
      const { name, old } = await twice();
      let met = false;
      const restore = world.onCalls(({ api, method }) => {
        if (met || api !== 'run' || method !== 'PATCH') return undefined;
        met = true;
        return fault;
      });
      const ran = await world.rollback(name, 'before');
      restore();
      expect([met, ran.exitCode, await only(name)]).toEqual([true, 0, old]);
    }
  });
});
