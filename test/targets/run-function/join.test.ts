import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../../sandbox/core/types.ts';
import { holdBuilds } from '../../../sandbox/projects/hold-builds.ts';
import { projectsOf } from '../../../sandbox/projects/state.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { Client } from '../../sandbox/support/client.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { until } from '../../support/hold-call.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

const { deploy: deployAction } = await import('../../../src/actions/deploy/deploy.ts');

/** A job dies while Cloud Run builds its source. The build goes on, and the next run meets it. */
describe('a build of a job that was killed', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let client: Client;
  let open = () => {};
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({ trafficSettleMs: 0, buildMs: 0 }, time.clock, 'run-function');
    client = new Client(world.sandbox);
  });
  afterAll(async () => {
    open();
    await world.close();
    time.restore();
  });

  const builds = () => [...projectsOf(world.sandbox.world).builds.values()];
  const running = () => builds().filter(({ status }) => status === 'WORKING').length;
  const deploy = (name: string, source: string, signal?: AbortSignal) =>
    world.run(deployAction, {
      inputs: world.inputsFor('deploy', name, source),
      ...(signal ? { signal } : {}),
    });
  const isChange = (method: string, path: string) =>
    (method === 'PATCH' && path.includes('buildConfig')) ||
    (method === 'POST' && path.includes('serviceId='));

  /** Runs until the change was accepted; then the process is gone, and its build goes on behind a closed gate. */
  async function killed(run: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    open = holdBuilds(world.sandbox.world);
    let dead = false;
    const abort = new AbortController();
    const restore = world.onCalls(({ api, method, path }): Fault['fault'] | undefined => {
      if (dead) return { reset: 'before' };
      if (api !== 'run' || !isChange(method, path)) return undefined;
      dead = true;
      abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
      return { reset: 'after' };
    });
    await run(abort.signal);
    restore();
    await until(() => running() > 0);
  }
  /** Opens the gate as soon as the run has looked at the build, or has asked for its service often. */
  async function openOnceAsked<T>(run: Promise<T>): Promise<T> {
    const { requests } = world.sandbox.world;
    const from = requests.length;
    const reads = () => requests.slice(from).filter(({ api }) => api === 'cloudbuild').length;
    let over = false;
    const ended = run.finally(() => {
      over = true;
    });
    await until(() => over || reads() >= 3);
    open();
    return ended;
  }
  const revisions = async (name: string) =>
    ((await client.api('run', 'GET', `/v2/${client.parent}/services/${name}/revisions`)).body.revisions ??
      []) as {
      name: string;
    }[];

  test('is joined by the same deploy, and nothing is built twice', async () => {
    await deploy('joined', world.good());
    const source = world.good();
    await killed((signal) => deploy('joined', source, signal));
    const before = builds().length;
    const ran = await openOnceAsked(deploy('joined', source));
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(ran.report.evidence.deploy).toMatchObject({ joined: true });
    expect(ran.log.join('\n')).toContain('Joined a deploy that was already running');
    expect(builds()).toHaveLength(before);
    expect(await revisions('joined')).toHaveLength(2);
    expect(await world.serving('joined')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
  });

  test('is joined although another change of the service has ended since', async () => {
    await deploy('hidden', world.good());
    const source = world.good();
    await killed((signal) => deploy('hidden', source, signal));
    await client.patchService('hidden', 'description', { description: 'by a person' });
    await until(async () => (await world.service('hidden'))?.arrived === true);
    const before = builds().length;
    const ran = await openOnceAsked(deploy('hidden', source));
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(builds()).toHaveLength(before);
    expect(await world.serving('hidden')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
  });

  test('is joined if it is the first one', async () => {
    const source = world.good();
    await killed((signal) => deploy('newborn', source, signal));
    const before = builds().length;
    const ran = await openOnceAsked(deploy('newborn', source));
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(builds()).toHaveLength(before);
    expect(await revisions('newborn')).toHaveLength(1);
  });

  test('that fails ends the deploy that joined it, with its log', async () => {
    await deploy('failing', world.good());
    const before = await world.serving('failing');
    const source = world.source([], { buildFails: 'npm error: no such package left-pad-9' });
    await killed((signal) => deploy('failing', source, signal));
    const ran = await openOnceAsked(deploy('failing', source));
    expect(ran.report.errors[0]).toMatchObject({ code: 'deploy-failed' });
    expect(JSON.stringify(ran.report.errors)).toContain('no such package left-pad-9');
    expect(await world.serving('failing')).toEqual(before);
    expect(ran.milliseconds).toBeLessThan(100_000);
  });

  test('is waited for by a deploy of other source', async () => {
    await deploy('other', world.good());
    await killed((signal) => deploy('other', world.good(), signal));
    const before = builds().length;
    const ran = await openOnceAsked(deploy('other', world.good()));
    expect(ran.log.join('\n')).toContain('Another deploy of other is running: waiting until it ends');
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(builds()).toHaveLength(before + 1);
    expect(await revisions('other')).toHaveLength(3);
    expect(await world.serving('other')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
  });

  test('of a release is waited for by its second attempt, which builds nothing', async () => {
    await deploy('attempt', world.good());
    const source = world.good();
    await killed((signal) => world.release('attempt', source, { signal }));
    expect(await world.record('attempt')).toMatchObject({ phase: 'building' });
    const before = builds().length;
    const again = world.release('attempt', source, {
      inputs: { wait_for_other: '100s' },
      env: { GITHUB_RUN_ATTEMPT: '2' },
    });
    await until(async () => running() > 0 && (await world.service('attempt')) !== undefined);
    open();
    const ran = await again;
    expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
    expect(builds()).toHaveLength(before);
    expect(await revisions('attempt')).toHaveLength(2);
  });

  test('of a release is not settled while it runs, although the service looks settled', async () => {
    const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
    await deploy('janitor', world.good());
    await world.setTraffic('janitor', [{ type: latest, percent: 100 }]);
    const [before] = await world.serving('janitor');
    await killed((signal) => world.release('janitor', world.good(), { signal }));
    await client.patchService('janitor', 'description', { description: 'by a person' });
    await until(async () => (await world.service('janitor'))?.arrived === true);
    const early = await world.rollback('janitor', 'settle', { env: { GITHUB_RUN_ID: '1002' } });
    expect(early.report.reason).toMatch(/the build of .* is still running/);
    open();
    const late = await world.rollback('janitor', 'settle', {
      inputs: { wait_for_other: '100s' },
      env: { GITHUB_RUN_ID: '1002' },
    });
    expect(late.exitCode).toBe(0);
    // LATEST has moved to a revision that never passed a test, so the pin by name stays.
    expect(await world.serving('janitor')).toEqual([before]);
    expect(await world.record('janitor')).toMatchObject({ phase: 'closed' });
  });
});

test('a change whose answer is lost, and whose build fails, ends with the build and not at the deadline', async () => {
  const time = installFastTime(20);
  const world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock, 'run-function');
  const inputs = (source: string) => world.inputsFor('deploy', 'lost', source);
  await world.run(deployAction, { inputs: inputs(world.good()) });
  world.sandbox.world.faults.add({
    api: 'run',
    method: 'PATCH',
    path: 'buildConfig',
    fault: { reset: 'after' },
  });
  const ran = await world.run(deployAction, {
    inputs: inputs(world.source([], { buildFails: 'no left-pad' })),
  });
  expect(ran.report.errors[0]?.code).toBe('deploy-failed');
  expect(JSON.stringify(ran.report.errors)).toContain('no left-pad');
  expect(ran.milliseconds).toBeLessThan(100_000);
  await world.close();
  time.restore();
});
