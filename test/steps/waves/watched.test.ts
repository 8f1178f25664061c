import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { isOpen } from '../../../src/domain/traffic/record.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { RegionUsers, type Users } from '../../support/region-users.ts';
import { type Ran, ReleaseWorld } from '../../support/release-world.ts';

/** What a release by waves decides by its users. Time and users are those of the sandbox, so a busy machine decides nothing else. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(40);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const [eu, kr, us] = ['europe-west1', 'asia-northeast3', 'us-central1'] as const;
const all = [eu, kr, us];
const inputs = {
  ...{ region: '', regions: `${kr}, ${us}; ${eu}`, smoke_suite: 'none', canary: '50%' },
  ...{ step_duration: '30s', duration: '30s', poll_interval: '3s', slo: '90%', on_exhausted: 'warn' },
};

const serving = async (name: string) =>
  Object.fromEntries(
    await Promise.all(all.map(async (region) => [region, await world.serving(name, region)] as const)),
  );

/** The first release, without a watch. Returns the revisions that serve, by region. */
async function before(name: string): Promise<Record<string, string>> {
  const ran = await world.release(name, world.good(), {
    inputs: { ...inputs, slo: 'none', canary: 'none', duration: '1s' },
  });
  expect(ran.report.outcome).toBe('promoted');
  return Object.fromEntries(
    Object.entries(await serving(name)).map(([region, [first]]) => [region, first?.revision ?? '']),
  );
}

async function watched(
  name: string,
  users: (old: Record<string, string>) => Users,
  more: Record<string, string> = {},
): Promise<{ ran: Ran; old: Record<string, string> }> {
  const old = await before(name);
  const crowd = new RegionUsers(world.sandbox.world, name, users(old));
  const ran = await world.release(name, world.good(), { inputs: { ...inputs, ...more } });
  crowd.stop();
  return { ran, old };
}

const outcomes = ({ report }: Ran) =>
  Object.fromEntries((report.evidence.waves?.regions ?? []).map(({ region, outcome }) => [region, outcome]));
const each = (of: (region: string) => unknown) =>
  Object.fromEntries(all.map((region) => [region, of(region)]));
const whole = (revision: string | undefined) => [expect.objectContaining({ revision, percent: 100 })];

/** No region has an open record or a tag of ours left, and none was ever public. */
async function settled(name: string): Promise<void> {
  for (const region of all) {
    const record = await world.record(name, region);
    expect([region, record && isOpen(record)]).toEqual([region, false]);
    const service = await world.service(name, region);
    expect(service?.traffic.filter(({ tag }) => tag?.startsWith('bs-'))).toEqual([]);
  }
  const seen = (await (await fetch(`${world.sandbox.control}/reachability`)).json()) as object;
  expect(seen).toMatchObject({ everReachable: false });
}

test('all regions keep the objective: all are promoted, each with its own requests', async () => {
  const { ran } = await watched('good', () => () => ({ requests: 40, failsEvery: 100 }));
  expect(outcomes(ran)).toEqual(each(() => 'promoted'));
  expect(ran.report).toMatchObject({ verdict: 'pass', errors: [] });
  // What a region waits for the wave before is no part of its watch.
  const starts = Object.fromEntries(
    (ran.report.evidence.waves?.regions ?? []).map(({ region, evidence }) => [
      region,
      (evidence.release?.stages ?? []).filter(({ kind }) => kind === 'watch').map(({ start }) => start),
    ]),
  );
  expect(starts[eu]?.[0]).toBeGreaterThan(starts[kr]?.at(-1) ?? Number.NaN);
  await settled('good');
});

test('the new code is bad everywhere: all regions go back, also the one that had no traffic yet', async () => {
  const { ran, old } = await watched('everywhere', (before) => ({ region, revision }) => ({
    requests: 40,
    failsEvery: revision === before[region] ? 0 : 3,
  }));
  expect(outcomes(ran)).toEqual(each(() => 'rolled_back'));
  expect(ran.report).toMatchObject({ outcome: 'rolled_back', verdict: 'fail' });
  // Both regions of the first wave have the fault, so neither name is wrong. Nothing is known of the third.
  expect([kr, us]).toEqual(expect.arrayContaining([...(ran.report.evidence.waves?.named ?? [])]));
  expect(await serving('everywhere')).toEqual(each((region) => whole(old[region])));
  const shares = ran.report.evidence.waves?.regions.find(({ region }) => region === eu)?.evidence.release;
  expect((shares?.shares ?? []).every(({ percent }) => percent === 0)).toBe(true);
  await settled('everywhere');
});

test('an outage of the platform in one region: what has traffic is held where it is, and what waits goes back', async () => {
  const { ran, old } = await watched('held', () => ({ region }) => ({
    requests: 40,
    failsEvery: region === kr ? 2 : 0,
  }));
  expect(ran.report).toMatchObject({ outcome: 'held', verdict: 'inconclusive' });
  expect(ran.exitCode).toBe(1);
  expect(ran.report.evidence.waves?.stopped_by).toBe(kr);
  expect(outcomes(ran)).toMatchObject({ [kr]: 'held', [us]: 'held' });
  const now = await serving('held');
  for (const region of [kr, us])
    expect([region, now[region]?.find(({ revision }) => revision === old[region])?.percent]).toEqual([
      region,
      50,
    ]);
  expect(now[eu]).toEqual(whole(old[eu]));
  // The report says what serves.
  for (const { region, evidence } of ran.report.evidence.waves?.regions ?? [])
    expect([region, evidence.release?.serving.map(({ percent }) => percent).sort()]).toEqual([
      region,
      now[region]?.map(({ percent }) => percent).sort(),
    ]);
});

describe('silence is not health', () => {
  test('the logs cannot be read any more: no region passes, and those with traffic are held', async () => {
    let denied = false;
    const deny = () => {
      if (denied) return;
      denied = true;
      void world.control('POST', '/faults', {
        ...{ api: 'logging', times: 100_000 },
        fault: { status: 403, body: { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } } },
      });
    };
    const { ran, old } = await watched(
      'blind',
      (before) =>
        ({ region, revision }) => {
          if (revision !== before[region]) deny();
          return { requests: 40 };
        },
      { source: 'logs' },
    );
    await world.control('DELETE', '/faults');
    expect(denied).toBe(true);
    expect(ran.report).toMatchObject({ outcome: 'held', verdict: 'inconclusive' });
    expect(outcomes(ran)).toMatchObject({ [kr]: 'held', [us]: 'held' });
    expect((await serving('blind'))[eu]).toEqual(whole(old[eu]));
  });

  test('a failover takes the users of one region away: it never passes, and is named as the one with too few', async () => {
    let began: number | undefined;
    const { ran } = await watched('failover', (before) => ({ region, revision, seconds }) => {
      // Three seconds after the new revision has got traffic, and too few requests to decide by, the front sends all users of us-central1 to Seoul.
      if (region === us && revision !== before[region]) began ??= seconds;
      const moved = began !== undefined && seconds > began + 3;
      if (region === us) return { requests: moved ? 0 : 4 };
      return { requests: region === kr && moved ? 80 : 40 };
    });
    const of = (wanted: string) =>
      ran.report.evidence.waves?.regions.find(({ region }) => region === wanted)?.evidence.release;
    const verdictsOf = (region: string) =>
      (of(region)?.stages ?? []).filter(({ kind }) => kind === 'watch').map(({ verdict }) => verdict);
    expect(verdictsOf(us).length).toBeGreaterThan(0);
    expect(verdictsOf(us)).not.toContain('pass');
    expect(verdictsOf(kr)).toContain('pass');
    // By default a release with too few requests is promoted, with a warning that stands at the region that had too few.
    expect(ran.report.outcome).toBe('promoted');
    expect(of(us)?.warnings.join(' ')).toMatch(/too few|no user|Nothing was checked/);
    expect(of(kr)?.warnings).toEqual([]);
  });
});

describe('a region dies', () => {
  /** From the n-th write of traffic in the region on, nothing there answers. `npm run sweep -- --regions` plays every call. */
  test.each([
    ['at the share of the first step', 3],
    ['when it is promoted', 5],
  ])('%s: it ends as before or promoted like the others, once it lives again', async (_, nth) => {
    const name = `dies-${nth}`;
    const old = await before(name);
    let writes = 0;
    let dead = false;
    const restore = world.onCalls((call) => {
      if (!call.path.includes(`/locations/${us}/`)) return undefined;
      if (call.write !== undefined && ++writes >= nth) dead = true;
      return dead ? { status: 503 } : undefined;
    });
    const quick = { ...inputs, slo: 'none', step_duration: '2s', duration: '2s' };
    const source = world.good();
    const ran = await world.release(name, source, { inputs: quick });
    restore();
    expect(dead).toBe(true);
    expect(ran.exitCode).toBe(1);
    // Nothing of the region can be moved now. The others are as before, or have all of the new revision.
    const post = await world.post(name, source, ran, { inputs: quick });
    expect(post.report.errors).toEqual([]);
    const now = await serving(name);
    for (const region of all) {
      expect([region, now[region]?.map(({ percent }) => percent)]).toEqual([region, [100]]);
      expect([region, now[region]?.[0]?.revision === old[region]]).toEqual([
        region,
        now[us]?.[0]?.revision === old[us],
      ]);
    }
    // A region that died at its last write keeps its record open. The janitor closes it, and may put this region back by itself.
    world.setRun('1001', 'completed');
    for (const region of all) {
      const options = { inputs: { region }, env: { GITHUB_RUN_ID: '2002' } };
      expect((await world.rollback(name, 'settle', options)).report.errors).toEqual([]);
    }
    for (const [region, at] of Object.entries(await serving(name))) {
      expect([region, at.map(({ percent }) => percent)]).toEqual([region, [100]]);
      expect([old[region], now[region]?.[0]?.revision]).toContain(at[0]?.revision);
    }
    await settled(name);
  });
});
