import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);
const quick = { step_duration: '1s', duration: '1s' };

/** A sample of the stories of a release, on services that are no functions. `npm run sweep -- --stories` plays every story on them. */
describe.each(['run-function', 'run-image'] as const)('%s', (driver) => {
  let time: FastTime;
  let world: ReleaseWorld;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({ sampleReachability: true }, time.clock, driver);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });
  async function served(): Promise<{ name: string; revision: string }> {
    const name = `d${++made}`;
    const first = await world.release(name, world.good(), { inputs: quick });
    expect(first.report.outcome).toBe('promoted');
    return { name, revision: String(first.outputs.revision) };
  }
  const left = async (name: string) => ({
    serving: await world.serving(name),
    phase: (await world.record(name))?.phase,
    tags: (await world.service(name))?.traffic.flatMap(({ tag }) => tag ?? []),
  });
  const clean = (revision: string) => ({ serving: [{ revision, percent: 100 }], phase: 'closed', tags: [] });

  test('a candidate that fails its smoke test is taken back, and not released again', async () => {
    const { name, revision } = await served();
    const bad = world.wrong();
    const inputs = { ...quick, smoke_suite: world.suite() };
    const ran = await world.release(name, bad, { inputs });
    expect([ran.report.outcome, ran.exitCode]).toEqual(['smoke_failed', 1]);
    expect(await left(name)).toEqual(clean(revision));
    const again = await world.release(name, bad, { inputs });
    expect([again.report.outcome, again.report.reason]).toEqual([
      'blocked',
      expect.stringContaining('retry_failed'),
    ]);
  });

  test('a release that dies in its canary is settled by the next one, which ends well', async () => {
    const { name } = await served();
    await world.dies(name, world.good(), 3, { inputs: quick });
    expect((await world.serving(name)).map(({ percent }) => percent)).toEqual([90, 10]);
    const next = await world.release(name, world.good(), { inputs: quick, env: { GITHUB_RUN_ID: '1002' } });
    expect(next.report.outcome).toBe('promoted');
    expect(await left(name)).toEqual(clean(String(next.outputs.revision)));
  });

  test('a service that is opened while its revision is made is closed first, and then taken back', async () => {
    const { name, revision } = await served();
    const resource = `//run.googleapis.com/${world.serviceName(name)}`;
    const restore = world.onCalls((call) => {
      if (world.makesRevision(call))
        world.sandbox.world.policies.set(resource, [{ role: 'roles/run.invoker', members: ['allUsers'] }]);
      return undefined;
    });
    // Until now no service of this world was open, not for a moment.
    const seen = await (await fetch(`${world.sandbox.control}/reachability`)).json();
    expect(seen).toMatchObject({ everReachable: false });
    const ran = await world.release(name, world.good(), { inputs: quick });
    restore();
    expect([ran.report.outcome, ran.outputs.exposure]).toEqual(['exposed', 'private']);
    expect(world.sandbox.world.policies.get(resource).bindings).toEqual([]);
    expect(await left(name)).toEqual(clean(revision));
  });
});
