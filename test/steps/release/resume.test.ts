import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../../sandbox/core/types.ts';
import { watch } from '../../../src/actions/watch/watch.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { WatchState } from '../../../src/domain/watch/state.ts';
import type { WatchEvidence } from '../../../src/steps/watch/evidence.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type AnyRan, type Ran, ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
const watched = {
  slo: '99%',
  on_exhausted: 'warn',
  smoke_suite: 'none',
  step_duration: '20s',
  duration: '20s',
  poll_interval: '2s',
};

/** The record of a release holds the state of its watch, so that a second runner can continue it. */
describe('a second runner', () => {
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

  const users = (name: string, rps = 60) =>
    world.control('POST', '/load', { function: name, rps, seconds: 3600 });
  const noUsers = () => world.control('DELETE', '/load');

  async function served(): Promise<{ name: string; revision: string }> {
    const name = `resume${++made}`;
    const first = await world.release(name, world.good(), {
      inputs: { step_duration: '1s', duration: '1s', canary: 'none' },
    });
    expect(first.report.outcome).toBe('promoted');
    return { name, revision: String(first.outputs.revision) };
  }
  /** A release with too few requests to decide, held at 100 %. */
  async function held(more: Record<string, string> = {}) {
    const { name } = await served();
    await users(name);
    const inputs = { ...watched, canary: 'none', on_too_few_requests: 'hold', slo: '99.9%', ...more };
    const ran = await world.release(name, world.good(), { inputs });
    await noUsers();
    expect(ran.report.outcome).toBe('held');
    return { name, candidate: String(ran.outputs.revision), ran };
  }
  const watchBy = (name: string, inputs: Record<string, string>) =>
    world.run(watch, {
      inputs: {
        ...world.inputsFor('watch', name),
        on_exhausted: watched.on_exhausted,
        poll_interval: watched.poll_interval,
        slo: '99.9%',
        ...inputs,
      },
      env: { GITHUB_RUN_ID: '2002' },
    });
  const state = async (name: string) => (await world.record(name))?.watch?.state as WatchState | undefined;
  const seen = (ran: Ran<'watch'>) =>
    (ran.report.evidence.watch as WatchEvidence).tests[0]?.candidate.total ?? 0;
  const goesOn = (ran: AnyRan) => ran.log.some((line) => line.includes('Continuing the watch'));

  test('the state of a held release is kept, and the next watch continues it', async () => {
    const { name, candidate, ran } = await held();
    const kept = await state(name);
    const before = kept?.evidence.tests[0]?.candidate.total ?? 0;
    expect(before).toBeGreaterThan(20);
    expect(kept?.evidence.fullSince).not.toBeNull();
    await users(name);
    const second = await watchBy(name, { duration: '20s' });
    await noUsers();
    expect(goesOn(second)).toBe(true);
    expect(second.report.target.revision).toBe(candidate);
    expect(seen(second)).toBeGreaterThan(before + 20);
    expect(Number(second.outputs.decided_at_seconds)).toBeGreaterThan(kept?.evidence.seconds ?? 0);
    expect(ran.report.outcome).toBe('held');
    // The watch only read.
    expect(await state(name)).toEqual(kept);
  });

  test('no request is counted twice, and no request between the two runners is lost', async () => {
    const { name } = await held();
    const kept = await state(name);
    // The users have stopped. Both runners together can only see these requests; the last ones came after the first runner stopped.
    const second = await watchBy(name, { duration: '8s' });
    const afresh = await watchBy(name, { duration: '8s', resume: 'off', since: '5m' });
    expect(seen(second)).toBe(seen(afresh));
    expect(seen(second)).toBeGreaterThanOrEqual(kept?.evidence.tests[0]?.candidate.total ?? 0);
    expect(seen(second)).toBeGreaterThan(0);
  });

  test('save: a third runner continues where the second one stopped', async () => {
    const { name } = await held();
    const first = await state(name);
    await users(name);
    const second = await watchBy(name, { duration: '10s', resume: 'save' });
    const after = await state(name);
    expect(after?.evidence.seconds).toBeGreaterThan(first?.evidence.seconds ?? 0);
    expect(after?.evidence.tests[0]?.candidate.total).toBe(seen(second));
    const record = await world.record(name);
    expect(record).toMatchObject({ phase: 'held' });
    const third = await watchBy(name, { duration: '10s' });
    await noUsers();
    expect(goesOn(third)).toBe(true);
    expect(seen(third)).toBeGreaterThan(seen(second));
  });

  test.each([
    ['other objectives', { slo: '99%' }, 'its objectives differ'],
    ['another source', { source: 'logs' }, 'its source is logs or metrics'],
    ['another alpha', { alpha: '0.01' }, 'its alpha is 0.001'],
  ])('%s: the watch starts from zero and says so', async (_, inputs, why) => {
    const { name } = await held();
    const second = await watchBy(name, { duration: '4s', ...inputs });
    expect(goesOn(second)).toBe(false);
    expect(second.log.join('\n')).toContain(why);
    expect(seen(second)).toBe(0);
  });

  test.each([
    ['resume: off', { resume: 'off' }],
    ['since', { since: '2s' }],
  ])('%s: the watch starts from zero without a message', async (_, inputs) => {
    const { name } = await held();
    const second = await watchBy(name, { duration: '4s', ...inputs });
    expect(goesOn(second)).toBe(false);
  });

  test('after a promotion there is no state to continue', async () => {
    const { name } = await served();
    expect(await state(name)).toBeUndefined();
    const second = await watchBy(name, { duration: '4s', resume: 'save' });
    expect(goesOn(second)).toBe(false);
    expect(second.log.join('\n')).toContain('is not saved');
    expect(await world.record(name)).toMatchObject({ phase: 'closed' });
  });

  test('a saved watch does not count after others moved the traffic', async () => {
    const { name, revision } = await served();
    await users(name);
    const inputs = { ...watched, canary: '50%', on_too_few_requests: 'hold', slo: '99.9%' };
    const ran = await world.release(name, world.good(), { inputs });
    expect(ran.report.outcome).toBe('held');
    const candidate = String(ran.outputs.revision);
    await world.setTraffic(name, [
      { type: named, revision, percent: 80 },
      { type: named, revision: candidate, percent: 20 },
    ]);
    const second = await watchBy(name, { duration: '4s' });
    await noUsers();
    expect(goesOn(second)).toBe(false);
  });

  test('a runner that is killed in the canary leaves its state, and the next one continues it', async () => {
    const { name } = await served();
    await users(name);
    const abort = new AbortController();
    let dead = false;
    let patches = 0;
    const restore = world.onCalls(({ write }) => {
      if (dead) return { reset: 'before' };
      if (write !== undefined) patches++;
      return undefined;
    });
    const dying = world.release(name, world.good(), {
      inputs: { ...watched, canary: '50%', step_duration: '10m', slo: '99.9%', until: 'duration' },
      signal: abort.signal,
    });
    // The state is written once a minute, so it has seen one look at 50 %.
    let found = await state(name);
    while (found === undefined) {
      await new Promise((done) => setTimeout(done, 50));
      found = await state(name);
    }
    const kept = found;
    dead = true;
    abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
    await dying;
    restore();
    expect(patches).toBeGreaterThanOrEqual(4);
    expect(kept.evidence.seconds).toBeGreaterThan(40);
    // Each phase plans its bets over its own time.
    expect(kept.plan).toMatchObject({ splitSeconds: 600, fullSeconds: 20 });
    const before = kept.evidence.tests[0]?.candidate.total ?? 0;
    expect(before).toBeGreaterThan(50);
    expect(await world.record(name)).toMatchObject({ phase: 'canary' });
    const second = await watchBy(name, { duration: '10s' });
    await noUsers();
    expect(goesOn(second)).toBe(true);
    expect(seen(second)).toBeGreaterThan(before);
    // The comparison is still the same watch: it has seen one shift, not two.
    expect((second.report.evidence.watch as WatchEvidence).phase).toBe('split');
  });

  test.each<[string, Fault['fault'], number]>([
    ['429', { status: 429 }, 3],
    ['500', { status: 500 }, 3],
    // A 403 is not tried again; the next write is the shift to 100 %, which this test leaves alone.
    ['403', { status: 403 }, 1],
    ['a conflict', { status: 409 }, 1],
    ['a reset before it took effect', { reset: 'before' }, 3],
    ['a reset after it took effect', { reset: 'after' }, 3],
    ['a hang', { hang: true }, 1],
    ['an answer that is not JSON', { malformed: true }, 3],
  ])('%s at the write of the state changes nothing of the release', async (_, fault, times) => {
    const { name } = await served();
    await users(name);
    let met = 0;
    let split = false;
    const restore = world.onCalls(({ write }) => {
      if (write === undefined) return undefined;
      if (split) {
        met++;
        return met <= times ? fault : undefined;
      }
      return undefined;
    });
    const watching = setInterval(async () => {
      split ||= (await world.record(name).catch(() => undefined))?.phase === 'canary';
    }, 10);
    const ran = await world.release(name, world.good(), {
      inputs: {
        ...watched,
        canary: '50%',
        step_duration: '70s',
        slo: '98%',
        until: 'duration',
        duration: '2s',
      },
    });
    clearInterval(watching);
    restore();
    await noUsers();
    expect(met).toBeGreaterThan(0);
    expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
    expect(await world.serving(name)).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
    expect(await world.record(name)).toMatchObject({ phase: 'closed' });
  });

  test.each<[string, Fault['fault'] | undefined]>([
    ['before it arrives', { reset: 'before' }],
    ['once it took effect', { reset: 'after' }],
    ['while it hangs', { hang: true }],
    ['without an error', undefined],
  ])('a signal at the write of the state, %s: traffic goes back', async (_, fault) => {
    const { name, revision } = await served();
    await users(name);
    const abort = new AbortController();
    let split = false;
    let met = false;
    const restore = world.onCalls(({ write }) => {
      if (write === undefined || !split || met) return undefined;
      met = true;
      abort.abort(new ReleaseError('cancelled', { what: 'SIGINT' }));
      return fault;
    });
    const watching = setInterval(async () => {
      split ||= (await world.record(name).catch(() => undefined))?.phase === 'canary';
    }, 10);
    const source = world.good();
    const inputs = { ...watched, canary: '50%', step_duration: '5m', slo: '98%', until: 'duration' };
    const ran = await world.release(name, source, { inputs, signal: abort.signal });
    clearInterval(watching);
    restore();
    await noUsers();
    expect(met).toBe(true);
    expect(ran.report.outcome).toBe('cancelled');
    await world.post(name, source, ran, { inputs });
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    expect(await world.record(name)).toMatchObject({ phase: 'closed', watch: undefined });
  });
});
