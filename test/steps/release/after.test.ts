import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type AnyRan, type Ran, ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

const watched = {
  slo: '95%',
  on_exhausted: 'warn',
  smoke_suite: 'none',
  step_duration: '30s',
  duration: '30s',
  poll_interval: '2s',
  verify_duration: '20s',
};

/** After a rollback the old revision is checked. The result moves no traffic. */
describe('after a rollback', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(10);
    world = await ReleaseWorld.open({}, time.clock);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  /** A function that serves one revision, with users on it. */
  async function served(source: string): Promise<{ name: string; revision: string }> {
    const name = `after${++made}`;
    const first = await world.release(name, source, {
      inputs: { step_duration: '1s', duration: '1s', canary: 'none' },
    });
    expect(first.report.outcome).toBe('promoted');
    await world.control('POST', '/load', { function: name, rps: 100, seconds: 3600 });
    return { name, revision: String(first.outputs.revision) };
  }
  const facts = (ran: Ran) => ran.report.evidence.release as ReleaseFacts;
  const rules = (ran: AnyRan) => ran.report.findings.map(({ rule }) => rule);
  const moves = (ran: Ran) => facts(ran).shares.map(({ percent }) => percent);

  test('a healthy old revision is proved by its own requests', async () => {
    const { name, revision } = await served(world.good());
    const ran = await world.release(name, world.bad(), { inputs: { ...watched, canary: '50%' } });
    await world.control('DELETE', '/load');
    expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    const { after, stages } = facts(ran);
    expect(after).toMatchObject({ health: 'works', bad: 0, after: true });
    expect(after?.total).toBeGreaterThan(20);
    expect(after?.seconds).toBeLessThan(30);
    expect(stages.at(-1)).toMatchObject({ kind: 'verify', stage: 'Verify', verdict: 'pass' });
    expect(rules(ran)).not.toContain('rolled-back-revision-fails');
  });

  test('an old revision that fails as well becomes a finding, and the traffic moves only once', async () => {
    const { name, revision } = await served(world.bad());
    const ran = await world.release(name, world.bad(), { inputs: { ...watched, canary: 'none' } });
    await world.control('DELETE', '/load');
    expect(ran.report.outcome).toBe('rolled_back');
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    expect(moves(ran).filter((percent) => percent === 100)).toHaveLength(1);
    expect(facts(ran).after).toMatchObject({ health: 'fails', after: true });
    expect(facts(ran).stages.at(-1)).toMatchObject({ kind: 'verify', verdict: 'fail' });
    expect(rules(ran)).toContain('rolled-back-revision-fails');
  });

  /** Runs `act` once, right after the release closed its record. */
  const onceBack = (name: string, then: () => void) => {
    const watching = setInterval(async () => {
      const record = await world.record(name).catch(() => undefined);
      if (record?.phase !== 'closed' || record.failed.length === 0) return;
      clearInterval(watching);
      then();
    }, 10);
    return () => clearInterval(watching);
  };

  test('without requests it says that nothing was proved', async () => {
    const { name } = await served(world.good());
    const stop = onceBack(name, () => void world.control('DELETE', '/load'));
    const inputs = { ...watched, canary: '50%', slo: '99.9%' };
    const ran = await world.release(name, world.bad(), { inputs });
    stop();
    expect(ran.report.outcome).toBe('rolled_back');
    expect(facts(ran).after).toMatchObject({ health: 'unknown', bad: 0 });
    expect(facts(ran).stages.at(-1)).toMatchObject({ kind: 'verify', verdict: 'inconclusive' });
  });

  test('if the counts cannot be read, the release says so and stays rolled back', async () => {
    const { name, revision } = await served(world.good());
    let back = false;
    const restore = world.onCalls(({ api }) => (back && api === 'logging' ? { status: 403 } : undefined));
    const stop = onceBack(name, () => {
      back = true;
    });
    const inputs = { ...watched, canary: '50%', slo: '99.9%', source: 'logs' };
    const ran = await world.release(name, world.bad(), { inputs });
    stop();
    restore();
    await world.control('DELETE', '/load');
    expect(ran.report.outcome).toBe('rolled_back');
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    const last = facts(ran).stages.at(-1);
    expect(last).toMatchObject({ kind: 'verify', verdict: 'inconclusive' });
    expect(last?.note).toContain('could not be counted');
    expect(facts(ran).after).toBeUndefined();
  });

  test('a signal during the proof ends the proof, and the release stays rolled back', async () => {
    const { name, revision } = await served(world.good());
    const stop = new AbortController();
    const off = onceBack(name, () => stop.abort(new Error('SIGINT')));
    const ran = await world.release(name, world.bad(), {
      inputs: { ...watched, canary: '50%', slo: '99.99%', verify_duration: '10m' },
      signal: stop.signal,
    });
    off();
    await world.control('DELETE', '/load');
    expect([ran.report.outcome, ran.exitCode]).toEqual(['rolled_back', 1]);
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    expect(ran.state.release_end).toBe('rolled_back');
    // A proof of ten minutes would have logged something.
    expect(facts(ran).after).toBeUndefined();
  });

  test('by hand it counts the last ten minutes without a wait, or new requests with verify_duration', async () => {
    const { name, revision } = await served(world.good());
    const inputs = { ...watched, slo: 'none', canary: 'none', step_duration: '1s', duration: '1s' };
    const second = await world.release(name, world.bad(), { inputs });
    expect(second.report.outcome).toBe('promoted');
    const back = await world.rollback(name, 'before', { inputs: { slo: '95%' } });
    expect(back.report.evidence.rollback).toMatchObject({
      did: 'rolled_back',
      target: revision,
      rate: { after: false, bad: 0 },
    });
    const forth = await world.rollback(name, String(second.outputs.revision), {
      inputs: { slo: '95%', force: 'true', verify_duration: '20s' },
    });
    await world.control('DELETE', '/load');
    expect(forth.report.evidence.rollback).toMatchObject({ rate: { after: true, health: 'fails' } });
    expect(rules(forth)).toContain('rolled-back-revision-fails');
  });
});
