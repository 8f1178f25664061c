import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import type { TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../support/release-world.ts';
import { defaultDriver } from '../../support/world-driver.ts';

const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' as const;
const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
// The sandbox is slow on a busy machine, while the release's own deadlines run in fast time.
jest.setTimeout(300_000);

/** An image is built already, so no build of it can fail. */
const ofSource = defaultDriver() === 'run-image' ? test.skip : test;
const seconds = (n: number) => ({ step_duration: `${n}s`, duration: `${n}s` });

/** The scenarios that a naive design gets wrong, on the sandbox with inline revisions and in fast time. */
describe('a release', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({ sampleReachability: true }, time.clock);
  });
  afterAll(async () => {
    const seen = (await (await fetch(`${world.sandbox.control}/reachability`)).json()) as {
      everReachable: boolean;
    };
    await world.close();
    time.restore();
    expect(seen.everReachable).toBe(false);
  });

  /** A function that serves one promoted revision. */
  async function served(prefix = 'f'): Promise<{ name: string; revision: string }> {
    const name = `${prefix}${++made}`;
    const first = await world.release(name, world.good(), {
      inputs: { ...seconds(1), smoke_suite: world.suite() },
    });
    expect(first.report.outcome).toBe('promoted');
    return { name, revision: String(first.outputs.revision) };
  }
  const only = async (name: string) => {
    const serving = await world.serving(name);
    expect(serving.map(({ percent }) => percent)).toEqual([100]);
    return serving[0]?.revision;
  };
  const findings = (ran: Ran) => ran.report.findings.map(({ rule }) => rule);
  const left = async (name: string) => ({
    phase: (await world.record(name))?.phase,
    tags: (await world.service(name))?.traffic.flatMap(({ tag }) => tag ?? []),
  });
  const clean = { phase: 'closed', tags: [] };

  test('good, then unchanged: the second run builds nothing', async () => {
    const { name, revision } = await served();
    const source = world.good();
    const second = await world.release(name, source, {
      inputs: { ...seconds(1), smoke_suite: world.suite() },
    });
    expect([second.report.outcome, second.exitCode, second.outputs.previous_revision]).toEqual([
      'promoted',
      0,
      revision,
    ]);
    expect(await only(name)).toBe(second.outputs.revision);
    expect(await left(name)).toEqual(clean);
    const again = await world.release(name, source);
    expect([again.report.outcome, again.report.reason]).toEqual([
      'promoted',
      expect.stringContaining('already serves'),
    ]);
  });

  test('a dry run changes nothing', async () => {
    const { name } = await served();
    const before = await world.service(name);
    const ran = await world.release(name, world.good(), { inputs: { dry_run: 'true' } });
    expect([ran.exitCode, ran.report.outcome, ran.report.verdict]).toEqual([0, undefined, 'pass']);
    expect(await world.service(name)).toEqual(before);
    expect(ran.log.join('\n')).toContain('the new revision gets 0 %');
    expect(ran.outputs.exposure).toBe('private');
  });

  test('a dry run that is cancelled while it reads the exposure makes no plan', async () => {
    const { name } = await served();
    const stop = new AbortController();
    const restore = world.onCalls(({ path }) => {
      if (path.endsWith(':getIamPolicy')) stop.abort(new ReleaseError('cancelled', { what: 'SIGINT' }));
      return undefined;
    });
    const inputs = { dry_run: 'true' };
    const ran = await world.release(name, world.good(), { inputs, signal: stop.signal });
    restore();
    expect([ran.exitCode, ran.report.outcome, ran.report.verdict]).toEqual([1, 'cancelled', 'inconclusive']);
  });

  test('a dry run after a release that died says what must be settled, and leaves it', async () => {
    const { name } = await served();
    const stop = new AbortController();
    let dead = false;
    const restore = world.onCalls(() => (dead ? { reset: 'before' } : undefined));
    const watching = setInterval(async () => {
      if ((await world.record(name).catch(() => undefined))?.phase !== 'canary') return;
      clearInterval(watching);
      dead = true;
      stop.abort(new ReleaseError('cancelled', { what: 'dead' }));
    }, 10);
    await world.release(name, world.good(), { inputs: { step_duration: '10m' }, signal: stop.signal });
    clearInterval(watching);
    restore();
    const before = await world.service(name);
    expect(before?.trafficStatuses.filter(({ percent }) => percent)).toHaveLength(2);
    const inputs = { dry_run: 'true' };
    const env = { GITHUB_RUN_ATTEMPT: '2' };
    const ran = await world.release(name, world.good(), { inputs, env });
    expect([ran.exitCode, ran.report.outcome, ran.report.verdict]).toEqual([0, undefined, 'pass']);
    expect(await world.service(name)).toEqual(before);
    const { warnings } = ran.report.evidence.release as ReleaseFacts;
    expect(warnings.join()).toContain('A release would settle first');
    const real = await world.release(name, world.good(), { inputs: seconds(1), env });
    expect(real.report.outcome).toBe('promoted');
  });

  test('a wrong suite is reported before anything is sent', async () => {
    const { name } = await served();
    const before = await world.service(name);
    writeFileSync(join(world.folder, 'wrong.yaml'), 'version: 1\ncases:\n  - image: nowhere.png\n');
    for (const inputs of [
      { smoke_suite: 'wrong.yaml' },
      { probe_suite: 'wrong.yaml', probes_per_minute: '10' },
    ] as Record<string, string>[]) {
      let calls = 0;
      const restore = world.onCalls(() => {
        calls++;
        return undefined;
      });
      const ran = await world.release(name, world.good(), { inputs });
      restore();
      expect([ran.exitCode, calls]).toEqual([1, 0]);
      expect(ran.report.errors[0]?.code).toBe('suite-invalid');
      expect(ran.report.findings[0]).toMatchObject({ file: 'wrong.yaml', line: 3 });
    }
    expect(await world.service(name)).toEqual(before);
  });

  test('the plan and the proof are logged once', async () => {
    const { name } = await served();
    const ran = await world.release(name, world.good(), { inputs: seconds(1) });
    expect(ran.report.outcome).toBe('promoted');
    const content = world.driver === 'run-image' ? 'Image: ' : 'Upload of';
    expect(ran.log.filter((line) => line.startsWith(content))).toHaveLength(1);
    expect(ran.log.filter((line) => line.startsWith('Plan:'))).toHaveLength(1);
    expect(ran.log.filter((line) => line.includes('is private:'))).toHaveLength(1);
  });

  test('a login that fails is a stage of that name', async () => {
    const { name } = await served();
    const restore = world.onCalls(({ api }) => (api === 'sts' ? { status: 400 } : undefined));
    const ran = await world.release(name, world.good());
    restore();
    const { stages } = ran.report.evidence.release as ReleaseFacts;
    expect(stages.at(-1)).toMatchObject({ stage: 'Login', verdict: 'fail' });
  });

  test('F1 a release dies with the candidate at 100 %: the next run knows what served before', async () => {
    const { name, revision } = await served();
    await world.dies(name, world.good(), 5, { inputs: seconds(1) });
    expect(await only(name)).not.toBe(revision);
    const settled = await world.rollback(name, 'settle', { env: { GITHUB_RUN_ID: '1002' } });
    expect([settled.report.outcome, await only(name)]).toEqual(['rolled_back', revision]);
    expect(await left(name)).toEqual(clean);
  });

  test('F2 a live run of another workflow is waited for, and not settled', async () => {
    const { name } = await served();
    await world.dies(name, world.good(), 3, { inputs: seconds(1), env: { GITHUB_RUN_ID: '2001' } });
    world.setRun('2001', 'in_progress');
    const split = await world.serving(name);
    expect(split.map(({ percent }) => percent)).toEqual([90, 10]);
    const other = await world.release(name, world.good(), { env: { GITHUB_RUN_ID: '2002' } });
    expect([other.report.outcome, other.exitCode]).toEqual(['yielded', 1]);
    const { other_run_url } = other.report.evidence.release as ReleaseFacts;
    expect(other_run_url).toBe('https://github.com/acme/ocr/actions/runs/2001/attempts/1');
    expect(await world.serving(name)).toEqual(split);
    world.setRun('2001', 'completed');
    const next = await world.release(name, world.good(), {
      inputs: seconds(1),
      env: { GITHUB_RUN_ID: '2003' },
    });
    expect([next.report.outcome, await only(name)]).toEqual(['promoted', next.outputs.revision]);
  });

  test('F2 if it is unknown whether the run is alive, its record protects it until it expires', async () => {
    const { name, revision } = await served();
    await world.dies(name, world.good(), 3, { inputs: seconds(1) });
    const without = { inputs: { github_token: '' }, env: { GITHUB_RUN_ID: '2002', GITHUB_TOKEN: '' } };
    expect((await world.rollback(name, 'settle', without)).report.outcome).toBe('yielded');
    world.sandbox.world.settings.clockOffsetMs = 0;
    const later = { ...world.clock, now: () => time.now() + 3_600_000 };
    Object.assign(world, { clock: later });
    expect((await world.rollback(name, 'settle', without)).report.outcome).toBe('rolled_back');
    Object.assign(world, { clock: time.clock });
    expect(await only(name)).toBe(revision);
  });

  test('F3 a person moves the traffic during the canary: the release leaves it alone', async () => {
    const { name, revision } = await served();
    let moved = false;
    const restore = world.onCalls(({ api, method, nth }) => {
      if (
        api === 'run' &&
        method === 'GET' &&
        nth > 1 &&
        !moved &&
        runState(world.sandbox.world)
          .services.get(world.serviceName(name))
          ?.live.some(({ percent }) => percent === 10)
      ) {
        moved = true;
        void world.setTraffic(name, [{ type: named, revision, percent: 100 }]);
      }
      return undefined;
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(60) });
    restore();
    expect([ran.report.outcome, ran.exitCode]).toEqual(['superseded', 1]);
    expect(await only(name)).toBe(revision);
    await world.post(name, '.', ran);
    expect(await left(name)).toEqual(clean);
    expect(await only(name)).toBe(revision);
  });

  test('F4 a colleague deploys during the canary without traffic: reported by name, never promoted', async () => {
    const { name } = await served();
    const theirs = world.good();
    let deploying: Promise<Ran<'deploy'>> | undefined;
    const restore = world.onCalls(({ write }) => {
      if (write === 3) deploying = world.deploy(name, theirs, { all_traffic_on_latest_revision: 'false' });
      return undefined;
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(30) });
    restore();
    const their = await deploying;
    expect(their?.exitCode).toBe(0);
    expect(ran.report.outcome).toBe('promoted');
    expect(await only(name)).toBe(ran.outputs.revision);
    expect(findings(ran)).toContain('foreign-revision');
    expect(ran.report.findings.find(({ rule }) => rule === 'foreign-revision')?.title).toContain(
      String(their?.outputs.revision),
    );
  });

  test('F5 a colleague deploys with all the traffic: superseded, nothing put back', async () => {
    const { name } = await served();
    let deploying: Promise<Ran<'deploy'>> | undefined;
    const restore = world.onCalls(({ write }) => {
      if (write === 3) deploying = world.deploy(name, world.good());
      return undefined;
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(120) });
    restore();
    const their = await deploying;
    expect([ran.report.outcome, ran.exitCode]).toEqual(['superseded', 1]);
    expect(await only(name)).toBe(their?.outputs.revision);
  });

  test('F6 a colleague’s deploy during our build: stopped, and the traffic is as it was', async () => {
    const { name, revision } = await served();
    // As long as 300 ms of an idle machine, in the time of this test, which stops while the machine is busy.
    world.sandbox.world.settings.buildMs = 6000;
    let deploying: Promise<Ran<'deploy'>> | undefined;
    const restore = world.onCalls(({ write }) => {
      if (write !== 1) return undefined;
      deploying = world.deploy(name, world.good(), { all_traffic_on_latest_revision: 'false' });
      return world.underWay(name);
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(1) });
    restore();
    await deploying;
    world.sandbox.world.settings.buildMs = 20;
    expect(ran.report.outcome).not.toBe('promoted');
    expect(await only(name)).toBe(revision);
    await world.post(name, '.', ran);
    expect(await left(name)).toEqual(clean);
  });

  test('F7 a first release that fails its smoke test is rejected; the function stays, private', async () => {
    const name = `f${++made}`;
    const ran = await world.release(name, world.wrong(), { inputs: { smoke_suite: world.suite() } });
    expect([ran.report.outcome, ran.exitCode, ran.report.verdict]).toEqual(['rejected', 1, 'fail']);
    expect((await world.record(name))?.failed).toEqual([ran.outputs.revision]);
    expect(await left(name)).toEqual(clean);
    const better = await world.release(name, world.good(), {
      inputs: { ...seconds(1), smoke_suite: world.suite() },
    });
    expect(better.report.outcome).toBe('promoted');
  });

  test('F8 a split that another tool made is refused with the two commands', async () => {
    const { name, revision } = await served();
    const second = await world.release(name, world.good(), { inputs: seconds(1) });
    const split: TrafficTarget[] = [
      { type: named, revision, percent: 70 },
      { type: named, revision: String(second.outputs.revision), percent: 30 },
    ];
    // The split is still under way when the release begins: the service does not yet serve it.
    world.sandbox.world.settings.trafficSettleMs = 150;
    await world.setTraffic(name, split);
    const ran = await world.release(name, world.good());
    world.sandbox.world.settings.trafficSettleMs = 10;
    expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
    expect(ran.report.reason.match(/gcloud run services update-traffic/g)).toHaveLength(2);
    expect((await world.serving(name)).map(({ percent }) => percent)).toEqual([70, 30]);
  });

  test('F9 a re-run does not release again what a release took back', async () => {
    const { name, revision } = await served();
    const source = world.wrong();
    const inputs = { smoke_suite: world.suite() };
    const failed = await world.release(name, source, { inputs });
    expect(failed.report.outcome).toBe('smoke_failed');
    expect(findings(failed)).toContain('function-describes-another-revision');
    const again = await world.release(name, source, { inputs });
    expect([again.report.outcome, again.report.reason]).toEqual([
      'blocked',
      expect.stringContaining('retry_failed'),
    ]);
    const forced = await world.release(name, source, { inputs: { ...inputs, retry_failed: 'true' } });
    expect([forced.report.outcome, await only(name)]).toEqual(['smoke_failed', revision]);
  });

  test('F11 a name that leaves no room for a tag is refused before anything is built', async () => {
    const name = `f${'o'.repeat(42)}`;
    const count = world.sandbox.world.requests.length;
    const ran = await world.release(name, world.good());
    expect([ran.report.outcome, ran.report.reason]).toEqual([
      'blocked',
      expect.stringContaining('43 characters'),
    ]);
    expect(
      world.sandbox.world.requests.slice(count).some(({ path }) => /generateUploadUrl|\/upload\//.test(path)),
    ).toBe(false);
  });

  ofSource(
    'F12 the build fails after the pin: the traffic is exactly as before, with LATEST and the tags of other tools',
    async () => {
      const { name, revision } = await served();
      const found: TrafficTarget[] = [
        { type: latest, percent: 100 },
        { type: named, revision, tag: 'preview' },
      ];
      await world.setTraffic(name, found);
      const ran = await world.release(name, world.good({ buildFails: 'npm install failed' }));
      expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
      expect(ran.report.reason).toContain('npm install failed');
      expect((await world.service(name))?.traffic).toEqual(found);
    },
  );

  test('F12 a candidate that does not start: LATEST might move to it, so the pin stays and the summary says so', async () => {
    const { name, revision } = await served();
    await world.setTraffic(name, [{ type: latest, percent: 100 }]);
    const ran = await world.release(name, world.good({ startFails: 'no such file' }));
    expect(ran.report.outcome).toBe('rolled_back');
    expect(await only(name)).toBe(revision);
    expect((await world.service(name))?.traffic).toEqual([{ type: named, revision, percent: 100 }]);
    expect((ran.report.evidence.release as { kept_pin: boolean }).kept_pin).toBe(true);
  });

  test('F13 a signal while a change of traffic is in flight: back in time, and the post step finds nothing to do', async () => {
    const { name, revision } = await served();
    const abort = new AbortController();
    let at = 0;
    const restore = world.onCalls(({ write }) => {
      if (write !== 4) return undefined;
      at = time.now();
      abort.abort(new ReleaseError('cancelled', { what: 'The run was cancelled (SIGTERM).' }));
      return { delayMs: 20 };
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(1), signal: abort.signal });
    const took = time.now() - at;
    restore();
    expect([ran.report.outcome, ran.exitCode, await only(name)]).toEqual(['cancelled', 1, revision]);
    expect(took).toBeLessThan(7500);
    const post = await world.post(name, '.', ran);
    expect([post.exitCode, await only(name), await left(name)]).toEqual([0, revision, clean]);
  });

  test('F14 the revision to go back to dies: the traffic stays where it is, with a warning', async () => {
    const { name, revision } = await served();
    const restore = world.onCalls(({ write }) => {
      if (write === 3) {
        const before = runState(world.sandbox.world)
          .services.get(world.serviceName(name))
          ?.revisions.get(revision);
        if (before) before.state = 'failed';
      }
      return undefined;
    });
    const ran = await world.release(name, world.good(), { inputs: seconds(60) });
    restore();
    expect([ran.report.outcome, ran.exitCode, ran.report.reason]).toEqual([
      'held',
      1,
      expect.stringContaining(revision),
    ]);
    expect((await world.record(name))?.phase).toBe('held');
  });

  test('F15 two first releases at once never interleave', async () => {
    const name = `f${++made}`;
    for (const id of ['31', '32']) world.setRun(id, 'in_progress');
    const both = await Promise.all(
      ['31', '32'].map((id) =>
        world.release(name, world.good(), {
          inputs: { ...seconds(5), smoke_suite: world.suite() },
          env: { GITHUB_RUN_ID: id },
        }),
      ),
    );
    const promoted = both.filter(({ report }) => report.outcome === 'promoted');
    expect(promoted.length).toBeLessThanOrEqual(1);
    for (const id of ['31', '32']) world.setRun(id, 'completed');
    const next = await world.release(name, world.good(), {
      inputs: { ...seconds(1), smoke_suite: world.suite() },
      env: { GITHUB_RUN_ID: '33' },
    });
    expect([next.report.outcome, await only(name), await left(name)]).toEqual([
      'promoted',
      next.outputs.revision,
      clean,
    ]);
  });

  test('two releases of a served function at once: one goes on, the other yields', async () => {
    const { name } = await served();
    for (const id of ['41', '42']) world.setRun(id, 'in_progress');
    const both = await Promise.all(
      ['41', '42'].map((id) =>
        world.release(name, world.good(), { inputs: seconds(5), env: { GITHUB_RUN_ID: id } }),
      ),
    );
    expect(both.map(({ report }) => report.outcome).sort()).toEqual(['promoted', 'yielded']);
    expect(await only(name)).toBe(both.find(({ report }) => report.outcome === 'promoted')?.outputs.revision);
  });

  test('F17 a promoted revision is pinned by name, and the next release names the deploy that got no traffic', async () => {
    const { name, revision } = await served();
    const theirs = await world.deploy(name, world.good(), { all_traffic_on_latest_revision: 'false' });
    expect(await only(name)).toBe(revision);
    const next = await world.release(name, world.good(), {
      inputs: { ...seconds(1), after_promote: 'latest' },
    });
    const finding = next.report.findings.find(({ rule }) => rule === 'serving-is-not-latest');
    expect(finding?.title).toContain(String(theirs.outputs.revision));
    expect((await world.service(name))?.traffic).toEqual([{ type: latest, percent: 100 }]);
    expect(await only(name)).toBe(next.outputs.revision);
  });

  test('the tags of other tools survive a whole release', async () => {
    const { name, revision } = await served();
    await world.setTraffic(name, [
      { type: latest, percent: 100 },
      { type: named, revision, tag: 'preview' },
    ]);
    const ran = await world.release(name, world.good(), { inputs: seconds(1) });
    expect(ran.report.outcome).toBe('promoted');
    expect((await world.service(name))?.traffic).toEqual([
      { type: named, revision: ran.outputs.revision, percent: 100 },
      { type: named, revision, tag: 'preview' },
    ]);
  });
});

describe('a release of a function that is public', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({}, time.clock);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  test('a dry run of a public function says what a release would do, and closes nothing', async () => {
    const name = 'plan';
    await world.release(name, world.good(), { inputs: seconds(1) });
    const resource = `//run.googleapis.com/${world.serviceName(name)}`;
    world.sandbox.world.policies.set(resource, [{ role: 'roles/run.invoker', members: ['allUsers'] }]);
    for (const [guard_mode, next] of [
      ['enforce', 'would close it'],
      ['verify', 'would stop there'],
    ] as const) {
      const ran = await world.release(name, world.good(), { inputs: { dry_run: 'true', guard_mode } });
      expect([ran.exitCode, ran.report.outcome, ran.outputs.exposure]).toEqual([0, undefined, 'public']);
      const { warnings } = ran.report.evidence.release as ReleaseFacts;
      expect(warnings.join('\n')).toContain(next);
    }
    expect(world.sandbox.world.policies.get(resource).bindings).toHaveLength(1);
  });

  test('F10 a colleague opens the function during the build: it is closed first, then the traffic goes back', async () => {
    const inputs = { ...seconds(1), smoke_suite: world.suite() };
    const first = await world.release('open', world.good(), { inputs });
    const resource = `//run.googleapis.com/${world.serviceName('open')}`;
    const restore = world.onCalls((call) => {
      if (world.makesRevision(call))
        world.sandbox.world.policies.set(resource, [{ role: 'roles/run.invoker', members: ['allUsers'] }]);
      return undefined;
    });
    const ran = await world.release('open', world.good(), { inputs });
    restore();
    expect([ran.report.outcome, ran.exitCode, ran.outputs.exposure]).toEqual(['exposed', 1, 'private']);
    expect(
      world.sandbox.world.policies.get(resource).bindings.flatMap(({ members }) => members),
    ).not.toContain('allUsers');
    expect(await world.serving('open')).toEqual([{ revision: first.outputs.revision, percent: 100 }]);
    const order = ran.report.actions_taken.map(({ what }) => what);
    expect(order.findIndex((what) => /allUsers/.test(what))).toBeLessThan(
      order.findIndex((what) => /Put the traffic back/.test(what)),
    );
  });
});

describe('a release on a platform whose service is not ready while its latest revision is not', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({ quirks: { failedRevisionFailsService: true } }, time.clock);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  test('a candidate that does not start: the traffic goes back, and the next release can begin', async () => {
    const first = await world.release('dead', world.good(), { inputs: seconds(1) });
    const ran = await world.release('dead', world.good({ startFails: 'no such file' }));
    expect([ran.report.outcome, await world.serving('dead')]).toEqual([
      'rolled_back',
      [{ revision: first.outputs.revision, percent: 100 }],
    ]);
    expect((await world.record('dead'))?.phase).toBe('closed');
    const next = await world.release('dead', world.good(), { inputs: seconds(1) });
    expect(next.report.outcome).toBe('promoted');
  });
});
