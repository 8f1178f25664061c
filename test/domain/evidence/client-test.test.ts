import { describe, expect, test } from '@jest/globals';
import { divideAlpha } from '../../../src/domain/evidence/alpha.ts';
import type { Answers } from '../../../src/domain/evidence/answers.ts';
import {
  advanceClients,
  type ClientState,
  clientStanding,
  leastDifference,
  startClients,
} from '../../../src/domain/evidence/client-test.ts';
import { alphaOf } from '../../../src/domain/evidence/state.ts';
import { seeded } from '../../support/fake-source.ts';
import { judged, plan, split } from '../../support/polls.ts';

const alpha = divideAlpha(0.001, { clients: true }).clients;
const answers = (total: number, client: number, failed = 0): Answers => ({ total, client, failed });

/** Books one look every ten seconds while traffic is split, and returns the second at which the candidate is worse. */
function watchSplit(
  look: (t: number) => { candidate: Answers; baseline: Answers },
  { share = 0.5, seconds = 600 } = {},
): { at: number | undefined; state: ClientState } {
  const state = startClients(seconds);
  for (let t = 10; t <= seconds; t += 10) {
    const cells = [{ phase: 'split' as const, share, ...look(t) }];
    advanceClients(state, { cells, seconds: t, horizon: t, since: 0, phase: 'split', alone: false });
    if (clientStanding(state, alpha, { ended: false, horizon: t }).worse) return { at: t, state };
  }
  return { at: undefined, state };
}

/** The same at 100 %; returns the second at which most answers were 4xx for long enough. */
function watchAlone(
  look: (t: number) => Answers,
  { seconds = 600, before = null as ClientState['before'] } = {},
): number | undefined {
  const state = { ...startClients(seconds), before };
  for (let t = 10; t <= seconds; t += 10) {
    const cells = [{ phase: 'full' as const, candidate: look(t) }];
    advanceClients(state, { cells, seconds: t, horizon: t, since: 0, phase: 'full', alone: true });
    if (clientStanding(state, alpha, { ended: t >= seconds, horizon: t }).mostly) return t;
  }
  return undefined;
}

describe('4xx while traffic is split', () => {
  test.each([
    ['all 404 at 1 rps of the service', () => ({ candidate: answers(5, 5), baseline: answers(5, 0) }), 40],
    ['20 % 404 at 10 rps', () => ({ candidate: answers(50, 10), baseline: answers(50, 0) }), 20],
    ['30 % beside 10 %', () => ({ candidate: answers(50, 15), baseline: answers(50, 5) }), 60],
    ['a whole route of 5 %', () => ({ candidate: answers(100, 5), baseline: answers(100, 0) }), 40],
  ])('%s is found', (_, look, most) => {
    const { at } = watchSplit(look);
    expect(at).toBeDefined();
    expect(at).toBeLessThanOrEqual(most);
  });

  test.each([
    ['as before', () => ({ candidate: answers(50, 15), baseline: answers(50, 15) })],
    ['an outburst of callers on both', () => ({ candidate: answers(500, 480), baseline: answers(500, 480) })],
    [
      '11 % after 10 % at high traffic',
      () => ({ candidate: answers(5000, 550), baseline: answers(5000, 500) }),
    ],
    [
      '13 % after 10 % at high traffic',
      () => ({ candidate: answers(5000, 650), baseline: answers(5000, 500) }),
    ],
    ['1 % after none at high traffic', () => ({ candidate: answers(5000, 50), baseline: answers(5000, 0) })],
    ['400 in place of 500', () => ({ candidate: answers(50, 10), baseline: answers(50, 0, 10) })],
    ['fewer than before', () => ({ candidate: answers(50, 0), baseline: answers(50, 20) })],
  ])('%s is not taken back', (_, look) => {
    expect(watchSplit(look).at).toBeUndefined();
  });

  test('two answers are not enough, whatever the odds', () => {
    const { state } = watchSplit(
      (t) => ({
        candidate: t === 10 ? answers(2, 2) : answers(0, 0),
        baseline: answers(50, 0),
      }),
      { share: 0.001 },
    );
    const standing = clientStanding(state, 0.001, { ended: true, horizon: 600 });
    expect(standing.odds).toBeGreaterThan(Math.log(1000));
    expect(standing.worse).toBe(false);
  });

  test('the difference that counts grows with the rate of the baseline, up to ten points', () => {
    expect([0, 0.02, 0.1, 0.5].map(leastDifference)).toEqual([0.02, 0.02, 0.05, 0.1]);
  });

  test('whatever callers do, a healthy revision goes at most once in ten thousand', () => {
    // Every request is routed at random, and how it is answered does not depend on the revision. Callers send in bursts
    // whose size and rate change, so their requests are far from independent.
    const random = seeded(4);
    let taken = 0;
    for (let trial = 0; trial < 1500; trial++) {
      const share = [0.05, 0.25, 0.5][trial % 3] as number;
      let burst = 0;
      const { at } = watchSplit(
        () => {
          burst = random() < 0.2 ? Math.floor(random() * 60) : burst * Number(random() < 0.7);
          const arms = { candidate: answers(0, 0), baseline: answers(0, 0) };
          for (let i = 0; i < 20 + burst; i++) {
            const arm = random() < share ? arms.candidate : arms.baseline;
            arm.total++;
            if (i >= 20 || random() < 0.15) arm.client++;
          }
          return arms;
        },
        { share, seconds: 300 },
      );
      if (at !== undefined) taken++;
    }
    // The bound allows 0.15 on average; four have a chance below one in fifty thousand.
    expect(taken).toBeLessThan(4);
  });
});

describe('4xx with nothing beside the candidate', () => {
  const usual = { total: 3000, client: 90, seconds: 300 };

  test.each([
    ['all 404 at 10 rps', () => answers(100, 100), usual, 150],
    ['all 404 on a first release', () => answers(10, 10), null, 150],
    ['70 % after 3 %', () => answers(100, 70), usual, 150],
    [
      'all 404 from the second minute on',
      (t: number) => (t <= 60 ? answers(100, 3) : answers(100, 100)),
      usual,
      240,
    ],
    [
      'all 404, one request in 20 s: at the end',
      (t: number) => (t % 20 === 0 ? answers(1, 1) : answers(0, 0)),
      null,
      600,
    ],
  ])('%s holds', (_, look, before, at) => {
    expect(watchAlone(look, { before })).toBe(at);
  });

  test('a short watch of nothing but 404 holds at its end', () => {
    expect(watchAlone(() => answers(10, 10), { seconds: 60 })).toBe(60);
  });

  test.each([
    ['noise of 30 %', () => answers(100, 30), usual],
    ['one caller on top of the usual requests, for the whole watch', () => answers(400, 303), usual],
    [
      'a burst of two minutes',
      (t: number) => (t > 200 && t <= 320 ? answers(400, 390) : answers(100, 3)),
      null,
    ],
    ['most answers as before', () => answers(100, 60), { total: 3000, client: 1800, seconds: 300 }],
    ['nine requests', (t: number) => (t <= 90 ? answers(1, 1) : answers(0, 0)), null],
    ['no requests', () => answers(0, 0), usual],
    ['a burst at the very end', (t: number) => (t > 500 ? answers(400, 390) : answers(100, 3)), null],
  ])('%s does not', (_, look, before) => {
    expect(watchAlone(look, { before })).toBeUndefined();
  });

  test('a row that grows withholds the pass from its first stretch', () => {
    const state = { ...startClients(600), before: usual };
    const at = (t: number) => {
      const cells = [{ phase: 'full' as const, candidate: answers(100, 100) }];
      advanceClients(state, { cells, seconds: t, horizon: t, since: 0, phase: 'full', alone: true });
      return clientStanding(state, alpha, { ended: false, horizon: t });
    };
    expect([10, 20, 30, 60, 120].map((t) => at(t).doubt)).toEqual([true, true, true, true, true]);
  });
});

describe('the decision', () => {
  test('the tests of a plan and the comparison of 4xx together use no more than alpha', () => {
    const tests = [{ objective: 'availability', limit: 0.005, stream: 'users' as const }];
    const alone = alphaOf(plan(tests));
    expect(alone.clients).toBe(0);
    const shared = alphaOf({ ...plan(tests), clients: true });
    expect(shared.split + shared.full + shared.clients).toBeCloseTo(0.001, 12);
    const many = divideAlpha(0.001, { regions: 2, objectives: 3, streams: 2, clients: true });
    expect(2 * (6 * (many.split + many.full) + many.clients)).toBeCloseTo(0.001, 12);
  });

  const clients = { odds: 20, worse: false, doubt: false, mostly: false };
  const good = [split(600, [3000, 0], [27_000, 0])];

  test('4xx that are worse fail the release, doubt withholds the pass, and most of them end it without blame', () => {
    expect(judged(good, { clients })).toMatchObject({ kind: 'pass' });
    expect(judged(good, { clients: { ...clients, doubt: true } })).toMatchObject({ kind: 'undecided' });
    expect(judged(good, { clients: { ...clients, worse: true } })).toMatchObject({
      ...{ kind: 'fail', blame: 'release', clientErrors: 'worse', test: undefined },
    });
    expect(judged(good, { clients: { ...clients, mostly: true } })).toMatchObject({
      ...{ kind: 'undecided', blame: 'unknown', clientErrors: 'mostly', platform: false },
    });
  });

  test('a broken objective comes first', () => {
    const broken = [split(600, [3000, 600], [27_000, 0])];
    expect(judged(broken, { clients: { ...clients, worse: true } })).toMatchObject({ kind: 'fail', test: 0 });
  });
});
