import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { recordAnnotation } from '../../../src/domain/product.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../support/release-world.ts';

const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' as const;
const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
const quick = { step_duration: '1s', duration: '1s' };
// The sandbox is slow on a busy machine, while the release's own deadlines run in fast time.
jest.setTimeout(300_000);

/** Other people and other runs act while a release is under way, or after it has died. */
describe('others beside a release', () => {
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

  async function served(): Promise<{ name: string; revision: string }> {
    const name = `o${++made}`;
    const first = await world.release(name, world.good(), { inputs: quick });
    expect(first.report.outcome).toBe('promoted');
    return { name, revision: String(first.outputs.revision) };
  }
  const only = async (name: string) => {
    const serving = await world.serving(name);
    expect(serving.map(({ percent }) => percent)).toEqual([100]);
    return serving[0]?.revision;
  };

  test('a release that waited for another one builds on its result', async () => {
    const { name } = await served();
    world.setRun('61', 'in_progress');
    const slow = world.release(name, world.good(), {
      inputs: { step_duration: '10s', duration: '10s' },
      env: { GITHUB_RUN_ID: '61' },
    });
    while ((await world.record(name))?.phase !== 'building') await world.clock.sleep(100);
    const waited = await world.release(name, world.good(), {
      inputs: { ...quick, wait_for_other: '600s' },
      env: { GITHUB_RUN_ID: '62' },
    });
    const first = await slow;
    expect([first.report.outcome, waited.report.outcome]).toEqual(['promoted', 'promoted']);
    expect(await only(name)).toBe(waited.outputs.revision);
    expect(waited.outputs.previous_revision).toBe(first.outputs.revision);
  });

  describe('the serving revision is not ready for a moment', () => {
    const stateOf = (name: string, revision: string) => {
      const found = runState(world.sandbox.world)
        .services.get(world.serviceName(name))
        ?.revisions.get(revision);
      if (!found) throw new Error(`there is no ${revision}`);
      return found;
    };

    test('the release waits for it, so it has a revision to go back to and a canary', async () => {
      const { name, revision } = await served();
      stateOf(name, revision).state = 'pending';
      const running = world.release(name, world.wrong(), {
        inputs: { ...quick, smoke_suite: world.suite() },
      });
      await world.clock.sleep(5000);
      stateOf(name, revision).state = 'ready';
      const ran = await running;
      expect([ran.report.outcome, ran.outputs.previous_revision]).toEqual(['smoke_failed', revision]);
      expect(await only(name)).toBe(revision);
    });

    test('if it never gets ready, nothing is built, and the release does not count as a first one', async () => {
      const { name, revision } = await served();
      Object.assign(stateOf(name, revision), { state: 'pending', message: 'Waiting for a node.' });
      const before = await world.service(name);
      const ran = await world.release(name, world.good(), { inputs: quick });
      expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
      expect(ran.report.reason).toContain('is not ready at the moment (Waiting for a node.)');
      expect(await world.service(name)).toEqual(before);
    });

    test('if it is unready between two steps and during a watch, the release goes on', async () => {
      const { name, revision } = await served();
      const running = world.release(name, world.good(), { inputs: { step_duration: '40s', duration: '1s' } });
      while ((await world.serving(name)).length < 2) await world.clock.sleep(100);
      await world.clock.sleep(5000);
      stateOf(name, revision).state = 'pending';
      await world.clock.sleep(40_000);
      stateOf(name, revision).state = 'ready';
      const ran = await running;
      expect(ran.report.outcome).toBe('promoted');
    });
  });

  test('a dry run settles nothing and says what a release would do first', async () => {
    const { name } = await served();
    await world.dies(name, world.good(), 3, { inputs: quick });
    const before = await world.service(name);
    const ran = await world.release(name, world.good(), {
      inputs: { dry_run: 'true' },
      env: { GITHUB_RUN_ID: '1002' },
    });
    expect([ran.exitCode, ran.report.verdict, ran.report.outcome]).toEqual([0, 'pass', undefined]);
    expect(await world.service(name)).toEqual(before);
    const { warnings } = ran.report.evidence.release as ReleaseFacts;
    expect(warnings).toEqual([expect.stringContaining('A release would settle first')]);
  });

  test('a tag that a colleague sets during the canary moves no traffic and stays', async () => {
    const { name, revision } = await served();
    let tagging: Promise<void> | undefined;
    const tag = async () => {
      const traffic = (await world.service(name))?.traffic ?? [];
      await world.setTraffic(name, [...traffic, { type: named, revision, tag: 'preview' }]);
    };
    const restore = world.onCalls(({ api, method }) => {
      const service = runState(world.sandbox.world).services.get(world.serviceName(name));
      if (api === 'run' && method === 'GET' && service?.live.some(({ percent }) => percent === 10))
        tagging ??= tag();
      return undefined;
    });
    const ran = await world.release(name, world.good(), {
      inputs: { step_duration: '30s', duration: '10s' },
    });
    restore();
    await tagging;
    expect(ran.report.outcome).toBe('promoted');
    expect((await world.service(name))?.traffic).toEqual([
      { type: named, revision: ran.outputs.revision, percent: 100 },
      { type: named, revision, tag: 'preview' },
    ]);
  });

  test('a release that died can be settled although a colleague set a tag since', async () => {
    const { name, revision } = await served();
    await world.dies(name, world.good(), 3, { inputs: quick });
    const traffic = (await world.service(name))?.traffic ?? [];
    await world.setTraffic(name, [...traffic, { type: named, revision, tag: 'preview' }]);
    const settled = await world.rollback(name, 'settle', {
      inputs: { wait_for_other: '120s' },
      env: { GITHUB_RUN_ID: '1002' },
    });
    expect([settled.report.outcome, await only(name)]).toEqual(['rolled_back', revision]);
    expect((await world.service(name))?.traffic.flatMap((target) => target.tag ?? [])).toEqual(['preview']);
  });

  test('if a colleague deploys with all the traffic after a release died before its build, the traffic is left alone', async () => {
    const { name } = await served();
    await world.dies(name, world.good(), 1, { inputs: quick });
    const theirs = await world.deploy(name, world.good());
    const settled = await world.rollback(name, 'settle', {
      inputs: { wait_for_other: '120s' },
      env: { GITHUB_RUN_ID: '1002' },
    });
    expect([settled.report.outcome, await only(name)]).toEqual(['superseded', theirs.outputs.revision]);
  });

  test('after a rollback by hand during the build of a killed release, the new revision gets no traffic', async () => {
    const { name, revision } = await served();
    await world.setTraffic(name, [{ type: latest, percent: 100 }]);
    world.sandbox.world.settings.buildMs = 6000;
    const abort = new AbortController();
    const restore = world.onCalls((call) => {
      if (abort.signal.aborted) return { reset: 'before' };
      if (!world.makesRevision(call)) return undefined;
      abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
      return { reset: 'after' };
    });
    await world.release(name, world.wrong(), { inputs: quick, signal: abort.signal });
    restore();
    const rolled = await world.rollback(name, 'before', { env: { GITHUB_RUN_ID: '72' } });
    expect(rolled.report.outcome).toBe('rolled_back');
    while ((await world.service(name))?.latestReadyRevision === revision) await world.clock.sleep(1000);
    world.sandbox.world.settings.buildMs = 20;
    await world.clock.sleep(2000);
    expect(await only(name)).toBe(revision);
    expect(rolled.report.reason).toContain('pinned by name');
  });

  test('a record whose traffic cannot be put back is ignored: the tag decides', async () => {
    const { name, revision } = await served();
    await world.dies(name, world.good(), 3, { inputs: quick });
    const record = await world.record(name);
    const service = runState(world.sandbox.world).services.get(world.serviceName(name));
    if (!record || !service) throw new Error('there is no record');
    const before = [{ type: named, revision, percent: 50 }];
    service.annotations[recordAnnotation] = JSON.stringify({ ...record, before });
    const settled = await world.rollback(name, 'settle', {
      inputs: { wait_for_other: '120s' },
      env: { GITHUB_RUN_ID: '1002' },
    });
    expect([settled.report.reason, await only(name)]).toEqual([
      expect.stringContaining('the record cannot be read'),
      revision,
    ]);
  });

  test('a held release is over: the next one starts without asking GitHub', async () => {
    const { name, revision } = await served();
    const dead = world.onCalls(({ write }) => {
      const service = runState(world.sandbox.world).services.get(world.serviceName(name));
      const before = service?.revisions.get(revision);
      if (before && write === 3) before.state = 'failed';
      return undefined;
    });
    const held = await world.release(name, world.good(), {
      inputs: { step_duration: '60s', duration: '60s' },
      env: { GITHUB_RUN_ID: '81' },
    });
    dead();
    expect(held.report.outcome).toBe('held');
    const before = runState(world.sandbox.world)
      .services.get(world.serviceName(name))
      ?.revisions.get(revision);
    if (before) before.state = 'ready';
    const next = await world.release(name, world.good(), {
      inputs: { ...quick, github_token: '' },
      env: { GITHUB_RUN_ID: '82', GITHUB_TOKEN: '' },
    });
    expect([next.report.outcome, next.outputs.previous_revision]).toEqual(['promoted', revision]);
  });

  test('a revision that another release found bad while this one was planned is remembered', async () => {
    const { name } = await served();
    const bad = world.wrong();
    const inputs = { ...quick, smoke_suite: world.suite() };
    let other: Promise<Ran> | undefined;
    // The first try of this release fails. Before its second try another release runs completely.
    const slow = async (milliseconds: number, signal?: AbortSignal) => {
      other ??= world.release(name, bad, { inputs, env: { GITHUB_RUN_ID: '92' } });
      await other;
      return time.clock.sleep(milliseconds, signal);
    };
    const restore = world.onCalls(({ api, method, nth }) =>
      api === (world.driver === 'function' ? 'cloudfunctions' : 'run') && method === 'GET' && nth === 2
        ? { status: 503 }
        : undefined,
    );
    Object.assign(world, { clock: { ...time.clock, sleep: slow } });
    const releasing = world.release(name, world.good(), {
      inputs: { ...quick, on_conflict: 'rebase' },
      env: { GITHUB_RUN_ID: '91' },
    });
    Object.assign(world, { clock: time.clock });
    const ran = await releasing;
    restore();
    const failed = await other;
    expect([failed?.report.outcome, ran.report.outcome]).toEqual(['smoke_failed', 'promoted']);
    expect((await world.record(name))?.failed).toEqual([failed?.outputs.revision]);
  });

  test('a colleague moves the traffic just before a release holds it: superseded, and none of our tags stay', async () => {
    const { name, revision } = await served();
    let moving: Promise<void> | undefined;
    const restore = world.onCalls(({ api, method, path }) => {
      const service = runState(world.sandbox.world).services.get(world.serviceName(name));
      const before = service?.revisions.get(revision);
      const canary = service?.live.some(({ percent }) => percent === 10);
      if (!before || !canary || api !== 'run' || method !== 'GET' || !path.includes('/revisions/'))
        return undefined;
      before.state = 'failed';
      moving ??= world.setTraffic(name, [
        { type: named, revision: String(service?.latestCreated), percent: 100 },
      ]);
      return moving.then(() => world.clock.sleep(2000)).then(() => undefined);
    });
    const ran = await world.release(name, world.good(), { inputs: quick });
    restore();
    await moving;
    expect([ran.report.outcome, ran.exitCode]).toEqual(['superseded', 1]);
    const post = await world.post(name, '.', ran);
    // The main step has warned. The post step only tidies up, and says nothing of an end that did not come.
    expect([post.report.verdict, post.report.reason]).toEqual([
      'pass',
      expect.stringContaining('another tool or person moved the traffic during this release'),
    ]);
    expect(post.report.reason).not.toContain('did not end');
    expect([await only(name), (await world.record(name))?.phase]).toEqual([ran.outputs.revision, 'closed']);
    expect((await world.service(name))?.traffic.flatMap(({ tag }) => tag ?? [])).toEqual([]);
  });
});
