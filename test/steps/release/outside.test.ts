import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runState, type Service } from '../../../sandbox/run/model.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import type { RollbackEvidence } from '../../../src/domain/rollback/evidence.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { defaultDriver } from '../../support/world-driver.ts';

jest.setTimeout(300_000);

const quick = { step_duration: '1s', duration: '1s' };
const internal = { ingress_settings: 'ALLOW_INTERNAL_ONLY' };
/** The saved settings of a function are not those of its service. Services of Cloud Run have only their own. */
const isFunction = defaultDriver() === 'function';
const all = 'INGRESS_TRAFFIC_ALL';
const inside = 'INGRESS_TRAFFIC_INTERNAL_ONLY';

/** Traffic does not carry these settings. If a release changed them, they are put back with the traffic. */
describe('settings outside the revision', () => {
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

  async function served(inputs: Record<string, string> = {}): Promise<string> {
    const name = `out${++made}`;
    const first = await world.release(name, world.good(), { inputs: { ...quick, ...inputs } });
    expect(first.report.outcome).toBe('promoted');
    return name;
  }
  const live = (name: string): Service => {
    const found = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);
    if (!found) throw new Error(`${name} has no service`);
    return found;
  };
  const rules = (report: { findings: { rule: string }[] }) => report.findings.map(({ rule }) => rule);

  test('internal ingress that fails the smoke test: ingress lets everything in again, and the code is not blamed', async () => {
    const name = await served();
    const labels = { ...live(name).labels };
    const source = world.good();
    const ran = await world.release(name, source, {
      inputs: { ...quick, ...internal, labels: 'team=ocr', description: 'new', smoke_suite: world.suite() },
      transcript: true,
    });
    expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
    expect(live(name)).toMatchObject({ ingress: all, labels });
    expect(ran.written).toMatch(/From the build until then, the new values held for `\S+-00001-\w+` too\./);
    const { outside, cause, stages } = ran.report.evidence.release as ReleaseFacts;
    expect(outside).toEqual([
      { setting: 'ingress', before: 'all', now: 'all', opens: true, state: 'put_back' },
      expect.objectContaining({ setting: 'labels of the service', state: 'put_back' }),
      // A function keeps its description in its own resource. A service has it itself.
      ...(isFunction
        ? []
        : [{ setting: 'description of the service', before: 'none', now: 'none', state: 'put_back' }]),
    ]);
    expect(stages.find(({ kind }) => kind === 'back')).toMatchObject({
      answered: true,
      note: expect.stringContaining('it answers 200 as before'),
    });
    // Ingress was opened again, so the guard looked once more.
    expect(ran.report.evidence.guard?.at(-1)).toMatchObject({
      when: 'after the rollback',
      exposure: 'private',
    });
    expect(cause).toContain('did not pass the request on');
    expect(ran.report.actions_taken.map(({ what }) => what).join()).toContain('Put back ingress all');
    expect((await world.record(name))?.failed).toEqual([]);
    const drift = ran.report.findings.find(({ rule }) => rule === 'function-describes-another-revision');
    if (isFunction)
      expect(drift?.fix).toContain(
        'set in your next release: ingress_settings: ALLOW_ALL; description: ""; labels: "".',
      );
    // The same code without the setting is released, and the saved setting does not come back.
    const reverted = await world.release(name, source, { inputs: { ...quick, smoke_suite: world.suite() } });
    expect([reverted.report.outcome, live(name).ingress]).toEqual(['promoted', all]);
  });

  test('the reverse: an internal function that is opened to all networks and fails is internal again', async () => {
    const name = await served(internal);
    expect(live(name).ingress).toBe(inside);
    const ran = await world.release(name, world.wrong(), {
      inputs: { ...quick, ingress_settings: 'ALLOW_ALL', smoke_suite: world.suite() },
    });
    expect([ran.report.outcome, live(name).ingress]).toEqual(['smoke_failed', inside]);
    // An internal function cannot be called from outside, before or after. So the release does not claim that anything was verified.
    const { stages } = ran.report.evidence.release as ReleaseFacts;
    expect(stages.find(({ kind }) => kind === 'back')).toMatchObject({
      answered: false,
      note: expect.stringContaining("Google's front end, not the function) as before"),
    });
    expect((await world.record(name))?.failed).toEqual([ran.outputs.revision]);
  });

  test('a runner that dies after the build: the next run puts the settings back', async () => {
    const name = await served();
    const stop = new AbortController();
    let dead = false;
    const restore = world.onCalls(() => (dead ? { reset: 'before' } : undefined));
    const watching = setInterval(async () => {
      if ((await world.record(name).catch(() => undefined))?.phase !== 'canary') return;
      clearInterval(watching);
      dead = true;
      stop.abort(new ReleaseError('cancelled', { what: 'dead' }));
    }, 10);
    await world.release(name, world.good(), {
      inputs: { ...internal, step_duration: '10m' },
      signal: stop.signal,
    });
    clearInterval(watching);
    restore();
    expect(live(name).ingress).toBe(inside);
    const settled = await world.rollback(name, 'settle', { env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([settled.report.outcome, live(name).ingress]).toEqual(['rolled_back', all]);
    expect(settled.report.reason).toContain('put back: ingress all');
    if (isFunction)
      expect(settled.report.findings.map(({ fix }) => fix).join()).toContain('ingress_settings: ALLOW_ALL');
    // Settling asks the function, as a rollback does.
    expect(settled.report.reason).toContain('It answers 200.');
    expect(rules(settled.report)).not.toContain('answers-differently');
  });

  test('the post step verifies what it put back, and says if the function answers in another way', async () => {
    const name = await served();
    const dead = await world.dies(name, world.good(), 3, { inputs: quick });
    // Another tool closes the way in meanwhile. That is not the release's to put back.
    live(name).ingress = inside;
    const settled = await world.post(name, '.', dead, { inputs: quick });
    expect(settled.report.evidence.settled).toMatchObject({ did: 'put_back' });
    expect(rules(settled.report)).toContain('answers-differently');
    expect(settled.report.reason).toContain('It answers 404');
  });

  test('a rollback by hand of a promoted release puts the settings back', async () => {
    const name = await served();
    const ran = await world.release(name, world.good(), { inputs: { ...quick, ...internal } });
    expect([ran.report.outcome, live(name).ingress]).toEqual(['promoted', inside]);
    expect((ran.report.evidence.release as ReleaseFacts).outside).toEqual([
      { setting: 'ingress', before: 'all', now: 'internal', state: 'changed' },
    ]);
    const back = await world.rollback(name, 'before');
    expect([back.report.outcome, live(name).ingress]).toEqual(['rolled_back', all]);
    // The record says how the function answered before the release, and it answers like that again.
    expect((await world.record(name))?.outside?.answer).toEqual({ answered: true, status: 200 });
    expect(rules(back.report)).not.toContain('answers-differently');
    expect((back.report.evidence.rollback as RollbackEvidence).outside).toMatchObject([
      { setting: 'ingress', state: 'put_back' },
    ]);
  });

  test('settings that Google refuses do not hold up the traffic, and are named with the command', async () => {
    const name = await served();
    const restore = world.onCalls(({ path, write }) =>
      write !== undefined && /updateMask=[^&]*ingress/.test(path) ? { status: 403 } : undefined,
    );
    const ran = await world.release(name, world.wrong(), {
      inputs: { ...quick, ...internal, smoke_suite: world.suite() },
    });
    restore();
    expect(live(name).ingress).toBe(inside);
    expect((await world.serving(name)).map(({ percent }) => percent)).toEqual([100]);
    expect(rules(ran.report)).toEqual(
      expect.arrayContaining(['setting-not-put-back', 'answers-differently']),
    );
    const { project, region } = world.sandbox;
    const command = `gcloud run services update ${name} --project=${project} --region=${region} --ingress=all`;
    expect(ran.report.findings.flatMap(({ commands = [] }) => commands)).toContain(command);
    // A rollback by hand finishes the work, although the traffic is back already.
    const back = await world.rollback(name, 'before');
    expect([back.report.outcome, live(name).ingress]).toEqual(['rolled_back', all]);
  });

  test('a setting that another tool changes during the release stays', async () => {
    const name = await served();
    const restore = world.onCalls(({ path }) => {
      if (path.includes('/services/') && live(name).live.some(({ tag }) => tag === 'bs-c'))
        live(name).scaling = { minInstanceCount: 3 };
      return undefined;
    });
    await world.release(name, world.wrong(), {
      inputs: { ...quick, ...internal, smoke_suite: world.suite() },
    });
    restore();
    expect(live(name)).toMatchObject({ ingress: all, scaling: { minInstanceCount: 3 } });
  });

  test('an invoker check that the guard switched on stays on', async () => {
    const name = await served();
    live(name).ingress = inside;
    live(name).invokerIamDisabled = true;
    const ran = await world.release(name, world.wrong(), {
      inputs: {
        ...quick,
        ingress_settings: 'ALLOW_INTERNAL_AND_GCLB',
        smoke_suite: world.suite(),
        // Where the service is read itself, the preflight finds that this runner cannot call it.
        preflight: 'warn',
      },
    });
    expect(live(name)).toMatchObject({ ingress: inside, invokerIamDisabled: false });
    expect(rules(ran.report)).toContain('setting-stays-closed');
  });
});
