import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../../src/domain/evidence/decide.ts';
import { advance } from '../../../src/domain/evidence/state.ts';
import type { Objective } from '../../../src/domain/slo/objective.ts';
import { startWatch } from '../../../src/domain/watch/state.ts';
import type { Waves } from '../../../src/domain/waves/regions.ts';
import { type WatchRequest, type WatchResult, watch } from '../../../src/steps/watch/watch.ts';
import { releaseAlpha, WatchTogether } from '../../../src/steps/waves/together.ts';
import { fakeSource, randomCounts, seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** The watches of several regions on one clock that jumps, each with its own traffic. */
interface Traffic {
  rps: number;
  /** Its users are gone after this second. */
  until?: number;
  rate: (second: number) => number;
}

const objectives: Objective[] = [{ id: 'availability', kind: 'availability', target: 0.995 }];
const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

async function watchAll(waves: Waves, traffic: Record<string, Traffic>, more: Partial<WatchRequest> = {}) {
  const clock = new VirtualClock();
  const start = clock.now();
  const rule = more.rule;
  const together = new WatchTogether(waves, { objectives, rule });
  const ended: Record<string, WatchResult & { after: number; text: string | undefined }> = {};
  const watchOne = async (region: string, i: number) => {
    const random = seeded(11 + i);
    const { rps, rate, until = Number.POSITIVE_INFINITY } = traffic[region] as Traffic;
    const source = fakeSource(clock, (revision, at) => {
      const second = (at - start) / 1000;
      const isNew = revision === 'new';
      const now = second > until ? 0 : rps;
      return randomCounts(random, isNew ? now : 9 * now, isNew ? rate(second) : 0.001);
    });
    together.begins(region);
    const phase = more.phase ?? 'full';
    const result = await watch(
      { clock, log: silent, source },
      {
        ...{ service: 'ocr', candidate: 'new', share: phase === 'full' ? 1 : 0.1, phase, objectives },
        baseline: phase === 'full' ? undefined : 'old',
        durationSeconds: 600,
        alpha: releaseAlpha / waves.flat().length,
        together: together.of(region, phase),
        ...more,
      },
    );
    ended[region] = { ...result, after: (clock.now() - start) / 1000, text: together.reason(region) };
  };
  await Promise.all((waves[0] ?? []).map(watchOne));
  return { ended, together };
}

const steady = (rate: number, rps = 20): Traffic => ({ rps, rate: () => rate });
const verdicts = (ended: Record<string, WatchResult>) =>
  Object.fromEntries(Object.entries(ended).map(([region, { verdict }]) => [region, verdict]));

describe('the watches of several regions', () => {
  test('all pass together: the quick one goes on watching until the slow one has its requests', async () => {
    const { ended } = await watchAll([['a', 'b']], { a: steady(0, 50), b: steady(0, 4) });
    expect(verdicts(ended)).toEqual({ a: 'pass', b: 'pass' });
    // Alone, `a` would have passed after two minutes.
    expect(ended.b?.after).toBeGreaterThan(150);
    expect(Math.abs((ended.a?.after ?? 0) - (ended.b?.after ?? 0))).toBeLessThanOrEqual(10);
  });

  test.each(['full', 'split'] as const)('one bad region is taken back and named (%s)', async (phase) => {
    const { ended, together } = await watchAll(
      [['a', 'b', 'c']],
      { a: steady(0), b: steady(0.2), c: steady(0) },
      { phase },
    );
    expect(ended.b).toMatchObject({ verdict: 'fail', text: undefined });
    expect(together.named).toEqual(['b']);
    // The others see the failure at their next looks but one, and say whose it is.
    expect(verdicts(ended)).toEqual({ a: 'fail', b: 'fail', c: 'fail' });
    expect(ended.a?.text).toBe('The evidence of all regions proves that b fails.');
    expect(ended.a?.after).toBeGreaterThan(ended.b?.after ?? Number.NaN);
    expect((ended.a?.after ?? 0) - (ended.b?.after ?? 0)).toBeLessThanOrEqual(20);
  });

  test('a small fault everywhere is taken back, and no region is named', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { ended, together } = await watchAll(
      [names],
      Object.fromEntries(names.map((name) => [name, steady(0.01, 5)])),
    );
    expect(Object.values(verdicts(ended))).toEqual(names.map(() => 'fail'));
    expect(together.named).toEqual([]);
    expect(ended.a?.text).toMatch(
      /^\d+ of [\d ]+ requests failed in 5 regions together \(1\.\d+ %\)\. The objective allows 0\.50 %\. In which of them the fault is, is not proved\.$/,
    );
  });

  test('a region without requests never passes, and the others do not pass for it', async () => {
    const { ended } = await watchAll([['a', 'b']], { a: steady(0, 50), b: steady(0, 0) });
    expect(ended.b).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests' });
    expect(ended.b?.reason).toContain('got no user requests');
    // It goes on to the end of its time, because its wave has not passed.
    expect(ended.a?.after).toBeGreaterThanOrEqual(600);
  });

  test('a failover in the middle: the region that lost its traffic does not pass by its silence', async () => {
    // After a minute, b's users are sent to a.
    const { ended } = await watchAll([['a', 'b']], {
      a: steady(0, 50),
      b: { rps: 4, until: 60, rate: () => 0 },
    });
    expect(ended.b).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests' });
  });

  test('a classical rule decides in each region by itself, and a pass waits for all', async () => {
    const { ended } = await watchAll(
      [['a', 'b']],
      { a: steady(0, 50), b: steady(0.5) },
      {
        rule: { kind: 'threshold', maxRate: 0.05, windowSeconds: 60, failuresAllowed: 0 },
        durationSeconds: 180,
      },
    );
    expect(ended.b?.verdict).toBe('fail');
    expect(ended.b?.text).toBeUndefined();
  });

  test('a wave that has not begun costs the first one little', async () => {
    const alone = await watchAll([['a']], { a: steady(0.05, 5) });
    const first = await watchAll([['a'], ['b', 'c']], { a: steady(0.05, 5) });
    expect(alone.ended.a?.verdict).toBe('fail');
    expect(first.ended.a?.verdict).toBe('fail');
    expect((first.ended.a?.after ?? 0) - (alone.ended.a?.after ?? 0)).toBeLessThanOrEqual(20);
  });
});

describe('4xx of one region', () => {
  const plan = {
    tests: [{ objective: 'availability', limit: 0.005, stream: 'users' as const }],
    ...{ alpha: releaseAlpha / 2, splitSeconds: 600, fullSeconds: 600, clients: true as const },
  };
  const look = { dwell: 30, lag: 0, ended: false, withheld: false };
  const own = {
    ...{ kind: 'undecided' as const, blame: 'unknown' as const, test: undefined, platform: false },
    standings: [],
  };
  /** What `a` decides at two looks, after the counts of `b`. */
  const decisions = (bad: number, ofA: Decision) => {
    const together = new WatchTogether([['a', 'b']], { objectives });
    const states = { a: startWatch(plan, 0), b: startWatch(plan, 0) };
    const lookAt = (region: 'a' | 'b', seconds: number, counted: number, decided: Decision) => {
      const cells = [{ test: 0, phase: 'full' as const, candidate: { total: 200, bad: counted } }];
      advance(plan, states[region].evidence, { seconds, phase: 'full', cells });
      return together.of(region, 'full')({ ...look, seconds, cells }, states[region], decided);
    };
    lookAt('a', 10, 0, own);
    lookAt('b', 20, bad, own);
    return [30, 40].map((seconds) => lookAt('a', seconds, 0, ofA));
  };

  test('that would hold it do not hold a release whose fault is proved elsewhere', () => {
    const [first, second] = decisions(100, { ...own, clientErrors: 'mostly' });
    expect(first).toMatchObject({ kind: 'undecided', clientErrors: undefined });
    expect(second).toMatchObject({ kind: 'fail', blame: 'unknown' });
  });

  test('hold it if nothing is proved, and take it back if they are worse', () => {
    expect(decisions(0, { ...own, clientErrors: 'mostly' })[1]).toMatchObject({ clientErrors: 'mostly' });
    const worse = {
      ...own,
      kind: 'fail' as const,
      blame: 'release' as const,
      clientErrors: 'worse' as const,
    };
    expect(decisions(100, worse)[0]).toEqual(worse);
  });
});
