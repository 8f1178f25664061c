import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { Client, type Json } from '../../sandbox/support/client.ts';
import { Colleague } from '../../support/colleague.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { worldDrivers } from '../../support/world-driver.ts';

jest.setTimeout(300_000);
const quick = { step_duration: '1s', duration: '1s' };
const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' as const;
const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;

/** A release is killed around its build, and the latest revision has the traffic. Whose revision is it? */
describe.each(worldDrivers)('%s: who took the traffic of a killed release', (driver) => {
  let time: FastTime;
  let world: ReleaseWorld;
  let client: Client;
  let colleague: Colleague;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({}, time.clock, driver);
    client = new Client(world.sandbox);
    colleague = new Colleague(world);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  async function served(): Promise<{ name: string; revision: string }> {
    const name = `k${driver.replace(/[^a-z]/g, '')}${++made}`;
    const first = await world.release(name, world.good(), { inputs: quick });
    expect(first.report.outcome).toBe('promoted');
    return { name, revision: String(first.outputs.revision) };
  }
  const latestOf = (name: string) => colleague.latestOf(name);
  const settled = async (name: string) => {
    // On a slow machine the service may still be at work on what was written last.
    const ran = await world.rollback(name, 'settle', {
      env: { GITHUB_RUN_ID: '1002' },
      inputs: { wait_for_other: '10m' },
    });
    const serving = (await world.serving(name)).map(({ revision }) => revision);
    return { outcome: ran.report.outcome, serving, reason: ran.report.reason };
  };

  /** A release whose process dies right after Google has taken its change. `first` runs just before the change. */
  async function killed(name: string, source: string, first?: () => Promise<unknown>): Promise<void> {
    const abort = new AbortController();
    let met = false;
    const restore = world.onCalls((call) => {
      if (abort.signal.aborted) return { reset: 'before' };
      if (met || !world.makesRevision(call)) return undefined;
      met = true;
      const die = () => {
        abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
        return { reset: 'after' as const };
      };
      // The colleague's own calls pass in the meantime.
      return first ? first().then(die) : die();
    });
    await world.release(name, source, { inputs: { ...quick, on_conflict: 'rebase' }, signal: abort.signal });
    restore();
    while (await underWay(name)) await world.clock.sleep(200);
  }
  async function underWay(name: string): Promise<boolean> {
    const filter = encodeURIComponent('done=false');
    const { body } = await client.api(
      'cloudfunctions',
      'GET',
      `/v2/${client.parent}/operations?filter=${filter}`,
    );
    return ((body.operations ?? []) as Json[]).length > 0 || (await world.service(name))?.arrived === false;
  }

  test('a colleague deploys after the release was killed before its build: the traffic is left alone', async () => {
    const { name } = await served();
    await world.dies(name, world.good(), 1, { inputs: quick });
    const theirs = await colleague.takesOver(name);
    expect(await settled(name)).toMatchObject({ outcome: 'superseded', serving: [theirs] });
  });

  // An image is built already, so no build of it can fail.
  if (driver !== 'run-image')
    test('a colleague deploys after a build that made no revision: the traffic is left alone', async () => {
      const { name, revision } = await served();
      await killed(name, world.good({ buildFails: 'no such package' }));
      expect(await latestOf(name)).toBe(revision);
      const theirs = await colleague.takesOver(name);
      expect(await settled(name)).toMatchObject({ outcome: 'superseded', serving: [theirs] });
    });

  test('a colleague deploys after the release has made its revision: the traffic is left alone', async () => {
    const { name, revision } = await served();
    await killed(name, world.wrong());
    const ours = await latestOf(name);
    const theirs = await colleague.takesOver(name);
    expect(new Set([revision, ours, theirs]).size).toBe(3);
    expect(await settled(name)).toMatchObject({ outcome: 'superseded', serving: [theirs] });
  });

  test('a person names the revision of the release: the traffic is left alone', async () => {
    const { name } = await served();
    await killed(name, world.good());
    const ours = String(await latestOf(name));
    await world.setTraffic(name, [{ type: named, revision: ours, percent: 100 }]);
    expect(await settled(name)).toMatchObject({ outcome: 'superseded', serving: [ours] });
  });

  if (driver === 'function') {
    /** Google's API takes the pin away at every update, which it should not. */
    const unpinned = async (work: () => Promise<void>) => {
      world.sandbox.world.quirks.functionPatchKeepsPin = false;
      try {
        await work();
      } finally {
        world.sandbox.world.quirks.functionPatchKeepsPin = true;
      }
    };

    test("the release's own build has taken the traffic: it is put back", async () => {
      const { name, revision } = await served();
      await unpinned(() => killed(name, world.wrong()));
      expect(await latestOf(name)).not.toBe(revision);
      expect(await settled(name)).toMatchObject({ outcome: 'rolled_back', serving: [revision] });
    });

    test('without the right to list operations it cannot be known: the release holds and says so', async () => {
      const { name } = await served();
      await unpinned(() => killed(name, world.wrong()));
      const ours = await latestOf(name);
      const restore = world.onCalls(({ api, path }) =>
        api === 'cloudfunctions' && /\/operations\?pageSize/.test(path) ? { status: 403 } : undefined,
      );
      const held = await settled(name);
      expect(held).toMatchObject({ outcome: 'held', serving: [ours] });
      expect(held.reason).toContain('cannot be known');
      const next = await world.release(name, world.good(), { inputs: quick, env: { GITHUB_RUN_ID: '1003' } });
      restore();
      expect([next.report.outcome, next.report.reason]).toEqual([
        'blocked',
        expect.stringContaining('cannot be known'),
      ]);
    });

    test('a colleague deploys just before the change of the release: it cannot be known, and nothing is moved', async () => {
      const { name } = await served();
      await killed(name, world.good(), () => colleague.takesOver(name));
      const ours = await latestOf(name);
      const held = await settled(name);
      expect(held).toMatchObject({ outcome: 'held', serving: [ours] });
      expect(held.reason).toContain('cannot be known');
    });
  } else {
    test('a colleague deploys just before the change of the release: the traffic is theirs', async () => {
      const { name, revision } = await served();
      let theirs = '';
      // The etag refuses the change of the release, which then dies.
      await killed(name, world.good(), async () => {
        theirs = await colleague.takesOver(name);
      });
      expect(theirs).not.toBe(revision);
      const after = await settled(name);
      expect([after.outcome, after.serving]).toEqual(['superseded', [await latestOf(name)]]);
    });

    test('a person gives all traffic to the latest revision, which is that of the release: it is left alone', async () => {
      const { name } = await served();
      await killed(name, world.good());
      const ours = await latestOf(name);
      await world.setTraffic(name, [{ type: latest, percent: 100 }]);
      expect(await settled(name)).toMatchObject({ outcome: 'superseded', serving: [ours] });
    });
  }
});
