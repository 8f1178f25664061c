import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { isOpen } from '../../../src/domain/traffic/record.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld, type RunOptions } from '../../support/release-world.ts';

/** Releases with several regions on the sandbox. Each region has a service of its own. */
jest.setTimeout(300_000);
const factor = 10;
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(factor);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const [eu, kr, us] = ['europe-west1', 'asia-northeast3', 'us-central1'] as const;
const regions = `${eu}; ${kr}, ${us}`;
const all = [eu, kr, us];
const fast = { region: '', regions, step_duration: '2s', duration: '2s' };

const release = (name: string, source: string, options: RunOptions = {}) =>
  world.release(name, source, { ...options, inputs: { ...fast, ...options.inputs } });

async function first(name: string): Promise<Record<string, string>> {
  const ran = await release(name, world.good(), { inputs: { smoke_suite: world.suite() } });
  expect(ran.report.reason).toBe(`${name} is released in all 3 regions.`);
  return served(name);
}

const served = async (name: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      all.map(async (region) => {
        const serving = await world.serving(name, region);
        expect(serving.map(({ percent }) => percent)).toEqual([100]);
        return [region, serving[0]?.revision];
      }),
    ),
  );

const outcomes = ({ report }: Ran) =>
  Object.fromEntries(
    (report.evidence.waves?.regions ?? []).map(({ region, outcome, skipped }) => [
      region,
      skipped ? 'skipped' : outcome,
    ]),
  );

/** No region was ever public, and none has an open record or a tag of ours left. */
async function settled(name: string): Promise<void> {
  for (const region of all) {
    const service = await world.service(name, region);
    const record = await world.record(name, region);
    expect([region, record && isOpen(record)]).toEqual([region, false]);
    expect(service?.traffic.filter(({ tag }) => tag?.startsWith('bs-'))).toEqual([]);
  }
  const seen = (await (await fetch(`${world.sandbox.control}/reachability`)).json()) as object;
  expect(seen).toMatchObject({ everReachable: false });
}

describe('a release with three regions in two waves', () => {
  test('is promoted in all of them, with one id and a record in each', async () => {
    const before = await first('happy');
    const ran = await release('happy', world.good(), { inputs: { smoke_suite: world.suite() } });
    expect(ran.report).toMatchObject({ outcome: 'promoted', verdict: 'pass', errors: [] });
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'promoted' });
    const now = await served('happy');
    for (const region of all) expect(now[region]).not.toBe(before[region]);
    const ids = await Promise.all(all.map(async (region) => (await world.record('happy', region))?.id));
    expect(new Set(ids).size).toBe(1);
    await settled('happy');
    expect(JSON.parse(String(ran.outputs.regions))[kr]).toMatchObject({
      outcome: 'promoted',
      revision: now[kr],
      previous_revision: before[kr],
    });
  });

  test('moves no traffic before all are tested, and the second wave after the first', async () => {
    const before = await first('order');
    const writes: string[] = [];
    let noted: number | undefined;
    const restore = world.onCalls(async ({ path, write }) => {
      if (write === undefined) return undefined;
      const records = await Promise.all(all.map((region) => world.record('order', region)));
      if (records.every((record) => record?.agreed)) noted ??= writes.length;
      writes.push(/locations\/([^/]+)/.exec(path)?.[1] ?? '');
      return undefined;
    });
    const ran = await release('order', world.good(), { inputs: { smoke_suite: world.suite() } });
    restore();
    expect(ran.report.outcome).toBe('promoted');
    const parts = Object.fromEntries(
      (ran.report.evidence.waves?.regions ?? []).map(({ region, evidence }) => {
        const stages = evidence.release?.stages ?? [];
        const watches = stages.filter(({ kind }) => kind === 'watch');
        const smoke = stages.find(({ kind }) => kind === 'smoke');
        const ends = (stage: { start: number; seconds: number } | undefined) =>
          (stage?.start ?? Number.NaN) + (stage?.seconds ?? Number.NaN);
        const traffic = (evidence.release?.shares ?? []).find(({ percent }) => percent > 0)?.at;
        return [
          region,
          { tested: ends(smoke), traffic: traffic ?? Number.NaN, passed: ends(watches.at(-1)) },
        ];
      }),
    );
    const tested = Math.max(...all.map((region) => parts[region]?.tested ?? Number.NaN));
    for (const region of all) expect(parts[region]?.traffic).toBeGreaterThanOrEqual(tested);
    for (const region of [kr, us])
      expect(parts[region]?.traffic).toBeGreaterThanOrEqual(parts[eu]?.passed ?? Number.NaN);
    // Pin, tag, 10 %, 50 %, 100 %, and that it can be promoted. That comes after every region has passed, and the ends after that.
    expect(writes.slice(0, noted).filter((region) => region === eu).length).toBe(6);
    expect(new Set(writes.slice(0, noted).slice(-3))).toEqual(new Set(all));
    expect(new Set(writes.slice(noted))).toEqual(new Set(all));
    expect(Object.keys(before)).toEqual(all);
  });

  test('nothing to release', async () => {
    const source = world.good();
    const once = await release('same', source, { inputs: { smoke_suite: 'none' } });
    expect(once.report.outcome).toBe('promoted');
    const before = await served('same');
    const again = await release('same', source, { inputs: { smoke_suite: 'none' } });
    expect(again.report).toMatchObject({ outcome: 'promoted', verdict: 'pass' });
    expect(await served('same')).toEqual(before);
  });

  test('a plan changes nothing anywhere', async () => {
    const ran = await release('plan', world.good(), { inputs: { dry_run: 'true' } });
    expect(ran.report).toMatchObject({ outcome: undefined, verdict: 'pass', errors: [], actions_taken: [] });
    for (const region of all) expect(await world.service('plan', region)).toBeUndefined();
  });
});

describe('one region fails', () => {
  const ok = { status: 200, body: { text: 'ok' }, latencyMs: 0 };

  test('its smoke test: nobody is moved in any region', async () => {
    const before = await first('smoke');
    const source = world.source([
      { status: 200, body: { text: 'no' }, latencyMs: 0, region: kr, share: 1 },
      ok,
    ]);
    const ran = await release('smoke', source, { inputs: { smoke_suite: world.suite() } });
    expect(ran.report).toMatchObject({ outcome: 'smoke_failed', verdict: 'fail' });
    expect(ran.report.reason).toMatch(/^asia-northeast3: .*serve what served before/);
    expect(outcomes(ran)).toEqual({ [eu]: 'rolled_back', [kr]: 'smoke_failed', [us]: 'rolled_back' });
    for (const { evidence } of ran.report.evidence.waves?.regions ?? [])
      expect((evidence.release?.shares ?? []).every(({ percent }) => percent === 0)).toBe(true);
    expect(await served('smoke')).toEqual(before);
    await settled('smoke');
  });

  test('its watch, in the second wave: the first wave goes back too, and the region is named', async () => {
    const before = await first('watched');
    for (const region of all)
      await world.control('POST', '/load', { function: 'watched', region, rps: 2 * factor, seconds: 400 });
    const bad = { status: 500, region: us, share: 0.8 };
    const source = world.source([bad, ok]);
    const watching = { smoke_suite: 'none', slo: '90%', poll_interval: '2s', verify_duration: '6s' };
    const ran = await release('watched', source, {
      inputs: { ...watching, canary: '50%', step_duration: '60s', duration: '60s', on_exhausted: 'warn' },
    });
    await world.control('DELETE', '/load');
    expect(outcomes(ran)).toEqual({ [eu]: 'rolled_back', [kr]: 'rolled_back', [us]: 'rolled_back' });
    expect(ran.report).toMatchObject({ outcome: 'rolled_back', verdict: 'fail' });
    expect(ran.report.evidence.waves).toMatchObject({ stopped_by: us, named: [us] });
    expect(ran.report.reason).toMatch(/^us-central1: \d+ of \d+ requests failed on /);
    const back = (region: string) =>
      ran.report.actions_taken.find(({ what }) => what.startsWith(`${region}: Put the traffic back`))?.at ??
      '';
    // The region that failed goes back first.
    for (const region of [eu, kr]) expect(back(region) >= back(us)).toBe(true);
    expect(await served('watched')).toEqual(before);
    await settled('watched');
  });

  test('its build: the others take back what they have built', async () => {
    const before = await first('built');
    const restore = world.onCalls(({ api, method, path }) =>
      api === 'cloudfunctions' && method === 'PATCH' && path.includes(`/locations/${us}/`)
        ? { status: 400, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } }
        : undefined,
    );
    const ran = await release('built', world.good(), { inputs: { smoke_suite: world.suite() } });
    restore();
    expect(ran.exitCode).toBe(1);
    expect(ran.report.evidence.waves?.stopped_by).toBe(us);
    expect(ran.report.errors.map(({ code }) => code)).not.toEqual([]);
    expect(await served('built')).toEqual(before);
    await settled('built');
  });
});

describe('the last write of one region fails after all have agreed', () => {
  test('for a moment: it is tried again, and all regions are promoted', async () => {
    const before = await first('agreed');
    let refused = 0;
    let last = 0;
    const restore = world.onCalls(({ api, method, path, write = 0 }) => {
      last = Math.max(last, write);
      if (last < 19 || refused > 2 || api !== 'run' || !path.includes(`/locations/${us}/`)) return undefined;
      refused++;
      return { status: method === 'GET' ? 400 : 403, body: { error: { code: 400, message: 'no' } } };
    });
    const ran = await release('agreed', world.good(), { inputs: { smoke_suite: world.suite() } });
    restore();
    expect([refused, ran.exitCode]).toEqual([3, 0]);
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'promoted' });
    const now = await served('agreed');
    for (const region of all) expect(now[region]).not.toBe(before[region]);
    await settled('agreed');
  });

  test('for good: its candidate serves as everywhere else, and a person decides', async () => {
    const before = await first('never');
    const restore = world.onCalls(({ api, method, path, write = 0 }) =>
      write >= 19 && api === 'run' && method === 'PATCH' && path.includes(`/locations/${us}/`)
        ? { status: 403, body: { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } } }
        : undefined,
    );
    const ran = await release('never', world.good(), { inputs: { smoke_suite: world.suite() } });
    restore();
    expect(ran.exitCode).toBe(1);
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'held' });
    expect(ran.report.reason).toContain('Every region could be promoted');
    const now = await served('never');
    for (const region of all) expect(now[region]).not.toBe(before[region]);
  });

  test('for as long as it is tried: the record says that all had agreed, and settling promotes it too', async () => {
    const before = await first('missing');
    let since: number | undefined;
    const restore = world.onCalls(({ api, method, path, write = 0 }) => {
      if (write >= 19) since ??= time.clock.steady();
      const isOver = since === undefined || time.clock.steady() - since > 90_000;
      return !isOver && api === 'run' && method === 'PATCH' && path.includes(`/locations/${us}/`)
        ? { status: 503, body: { error: { code: 503, message: 'no', status: 'UNAVAILABLE' } } }
        : undefined;
    });
    const ran = await release('missing', world.good(), { inputs: { smoke_suite: world.suite() } });
    restore();
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'held' });
    expect(await world.record('missing', us)).toMatchObject({
      phase: 'held',
      agreed: { [eu]: expect.any(String), [kr]: expect.any(String) },
    });
    const settling = await world.rollback('missing', 'settle', { inputs: { region: us } });
    expect([settling.exitCode, settling.report.outcome]).toEqual([0, 'promoted']);
    const now = await served('missing');
    for (const region of all) expect(now[region]).not.toBe(before[region]);
    expect((await world.record('missing', us))?.stable).toBe(now[us]);
    await settled('missing');
  });

  test('a signal after all have agreed takes no region back alone', async () => {
    const before = await first('late');
    const abort = new AbortController();
    const restore = world.onCalls(({ write }) => {
      if (write === 19) abort.abort(new ReleaseError('cancelled', { what: 'SIGINT' }));
      return undefined;
    });
    const ran = await release('late', world.good(), {
      inputs: { smoke_suite: world.suite() },
      signal: abort.signal,
    });
    restore();
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'promoted' });
    const now = await served('late');
    for (const region of all) expect(now[region]).not.toBe(before[region]);
    await settled('late');
  });
});

describe('a region that cannot be reached', () => {
  const dead = () =>
    world.control('POST', '/faults', { api: '*', location: us, times: 100_000, fault: { status: 503 } });
  const revive = () => world.control('DELETE', '/faults');

  test('stops the release before it changes anything', async () => {
    const before = await first('dead');
    await dead();
    const ran = await release('dead', world.good(), { inputs: { smoke_suite: world.suite() } });
    await revive();
    expect(ran.exitCode).toBe(1);
    expect(ran.report.evidence.waves?.stopped_by).toBe(us);
    expect(await served('dead')).toEqual(before);
    await settled('dead');
  });

  test('is left out if it is named, and told of', async () => {
    const before = await first('left');
    await dead();
    const ran = await release('left', world.good(), {
      inputs: { smoke_suite: world.suite(), skip_regions: us },
    });
    await revive();
    expect(outcomes(ran)).toEqual({ [eu]: 'promoted', [kr]: 'promoted', [us]: 'skipped' });
    expect(ran.report).toMatchObject({ outcome: 'promoted', errors: [] });
    expect(ran.exitCode).toBe(0);
    expect(ran.report.findings.map(({ rule }) => rule)).toContain('region-left-out');
    expect(ran.report.reason).toMatch(/2 of 3 regions\. us-central1 could not be reached and was left out\./);
    const now = await served('left');
    expect(now[us]).toBe(before[us]);
    expect(now[eu]).not.toBe(before[eu]);
    await settled('left');
  });
});

describe('a release that is killed or cancelled', () => {
  const inputs = { ...fast, smoke_suite: 'none' };
  const oneOf = async (name: string, before: Record<string, string>, candidates: Record<string, string>) => {
    for (const [region, revision] of Object.entries(await served(name)))
      expect([before[region], candidates[region]]).toContain(revision);
    await settled(name);
  };
  /** The revisions that the killed run has built, by their services. */
  const latest = async (name: string) =>
    Object.fromEntries(
      await Promise.all(
        all.map(async (region) => [region, (await world.service(name, region))?.latestCreatedRevision ?? '']),
      ),
    ) as Record<string, string>;

  test.each([2, 5, 8, 11, 14, 17])('after write %d: the post step settles every region', async (write) => {
    const name = `killed-${write}`;
    const before = await first(name);
    const source = world.good();
    const ran = await world.dies(name, source, write, { inputs });
    const post = await world.post(name, source, ran, { inputs });
    expect([post.exitCode, post.report.errors]).toEqual([0, []]);
    // A region is promoted only after all of them have passed, and the last three writes promote.
    await oneOf(name, before, {});
  });

  test('after write 20, while regions are promoted: none goes back by itself, and a person settles the one that is held', async () => {
    const name = 'killed-20';
    await first(name);
    const source = world.good();
    const ran = await world.dies(name, source, 20, { inputs });
    const held = Object.entries(outcomes(ran)).flatMap(([region, end]) => (end === 'held' ? [region] : []));
    expect(held.length).toBeGreaterThan(0);
    const post = await world.post(name, source, ran, { inputs });
    expect([post.exitCode, post.report.errors]).toEqual([0, []]);
    const built = await latest(name);
    expect(await served(name)).toEqual(built);
    world.setRun('1001', 'completed');
    for (const region of held) {
      const ran = await world.rollback(name, 'settle', {
        inputs: { region },
        env: { GITHUB_RUN_ID: '2002' },
      });
      expect([ran.exitCode, ran.report.errors]).toEqual([0, []]);
    }
    expect(await served(name)).toEqual(built);
    await settled(name);
  });

  /** All regions could be promoted, none was, and the runner is gone. */
  const allAgreed = async (name: string) => {
    const before = await first(name);
    await world.dies(name, world.good(), 18, { inputs });
    world.setRun('1001', 'completed');
    for (const region of all)
      expect(Object.keys((await world.record(name, region))?.agreed ?? {}).sort()).toEqual(
        all.filter((other) => other !== region).sort(),
      );
    return before;
  };
  const janitor = (name: string, region: string) =>
    world.rollback(name, 'settle', {
      inputs: { region },
      env: { GITHUB_RUN_ID: '2002', GITHUB_EVENT_NAME: 'schedule' },
    });

  test('after all regions could be promoted: a person takes one back, so the others go back too', async () => {
    const before = await allAgreed('person');
    const person = await world.rollback('person', 'before', {
      inputs: { region: kr },
      env: { GITHUB_RUN_ID: '2001' },
    });
    expect(person.report.outcome).toBe('rolled_back');
    for (const region of [us, eu]) {
      const ran = await janitor('person', region);
      expect([ran.exitCode, ran.report.outcome]).toEqual([0, 'rolled_back']);
      expect(ran.report.reason).toContain('asia-northeast3');
    }
    expect(await served('person')).toEqual(before);
    await settled('person');
  });

  test('after all regions could be promoted: one that does not answer is waited for, then all are promoted', async () => {
    await allAgreed('silent');
    const built = await latest('silent');
    const restore = world.onCalls(({ path }) =>
      path.includes(`/locations/${us}/`)
        ? { status: 403, body: { error: { code: 403, message: 'no' } } }
        : undefined,
    );
    const waits = await janitor('silent', eu);
    restore();
    expect([waits.exitCode, waits.report.outcome]).toEqual([1, 'held']);
    expect(waits.report.reason).toMatch(/whether us-central1 is promoted could not be read/);
    for (const region of [eu, us, kr]) {
      const ran = await janitor('silent', region);
      expect([ran.exitCode, ran.report.outcome]).toEqual([0, 'promoted']);
    }
    expect(await served('silent')).toEqual(built);
    await settled('silent');
  });

  test('two janitors settle two regions at once, and the third at the next release', async () => {
    const before = await first('janitors');
    await world.dies('janitors', world.good(), 12, { inputs });
    world.setRun('1001', 'completed');
    const settle = (region: string, run: string) =>
      world.rollback('janitors', 'settle', { inputs: { region }, env: { GITHUB_RUN_ID: run } });
    const both = await Promise.all([settle(kr, '2002'), settle(us, '2003')]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    for (const region of [kr, us]) {
      expect((await world.serving('janitors', region))[0]).toMatchObject({
        revision: before[region],
        percent: 100,
      });
      expect(isOpen((await world.record('janitors', region)) as never)).toBe(false);
    }
    const next = await release('janitors', world.good(), {
      inputs: { smoke_suite: 'none' },
      env: { GITHUB_RUN_ID: '3003' },
    });
    expect(next.report).toMatchObject({ outcome: 'promoted' });
    const left = next.report.evidence.waves?.regions.find(({ region }) => region === eu);
    expect(left?.evidence.settled?.did).toBe('put_back');
    await settled('janitors');
  });

  test('a signal takes all regions back in time', async () => {
    const before = await first('signal');
    const abort = new AbortController();
    let at = 0;
    const restore = world.onCalls(({ write }) => {
      if (write === 9) {
        at = time.now();
        abort.abort(new ReleaseError('cancelled', { what: 'SIGINT' }));
      }
      return undefined;
    });
    const ran = await release('signal', world.good(), {
      inputs: { smoke_suite: 'none', step_duration: '20s', duration: '20s' },
      signal: abort.signal,
    });
    restore();
    expect((time.now() - at) / 1000).toBeLessThan(7.5);
    expect(ran.report.outcome).toBe('cancelled');
    const post = await world.post('signal', '.', ran, { inputs });
    expect(post.report.errors).toEqual([]);
    expect(await served('signal')).toEqual(before);
    await settled('signal');
  });
});
