import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/domain/evidence/decide.ts';
import {
  advance,
  type Cell,
  type EvidencePlan,
  type Phase,
  startEvidence,
} from '../../../src/domain/evidence/state.ts';
import { bookLook, startWaves, type WaveStanding } from '../../../src/domain/waves/wave-evidence.ts';

const plan: EvidencePlan = {
  tests: [{ objective: 'availability', limit: 0.005, stream: 'users' }],
  ...{ alpha: 0.001, splitSeconds: 600, fullSeconds: 600 },
};

/** What a region's look adds: the candidate's requests, and the baseline's while traffic is split. */
interface Seen {
  total: number;
  bad: number;
  beside?: { total: number; bad: number };
}

const cellOf = (phase: Phase, { total, bad, beside }: Seen): Cell => ({
  ...{ test: 0, phase, candidate: { total, bad } },
  ...(phase === 'split' ? { share: 0.1, baseline: beside ?? { total: 9 * total, bad: 0 } } : {}),
});

/** Plays looks every ten seconds: in each, every region of `looks` sees what it is given. */
function play(waves: string[][], phase: Phase, looks: readonly Record<string, Seen>[]) {
  const evidence = startWaves(waves, plan);
  const own = new Map(waves.flat().map((region) => [region, startEvidence(plan)]));
  let standing: WaveStanding | undefined;
  looks.forEach((look, i) => {
    for (const [region, seen] of Object.entries(look)) {
      const poll = { seconds: 10 * (i + 1), phase, cells: [cellOf(phase, seen)] };
      const state = own.get(region) as ReturnType<typeof startEvidence>;
      advance(plan, state, poll);
      standing = bookLook(evidence, region, { poll, own: state });
    }
  });
  return { standing: standing as WaveStanding, evidence, own };
}

const good: Seen = { total: 50, bad: 0 };
const broken: Seen = { total: 50, bad: 10 };
const times = (count: number, look: Record<string, Seen>) => Array.from({ length: count }, () => look);

describe('the evidence of several regions', () => {
  test.each<[string, Phase, string[][], Record<string, Seen>, string[] | undefined]>([
    ['all healthy', 'full', [['a', 'b', 'c']], { a: good, b: good, c: good }, undefined],
    ['one broken at 100 %', 'full', [['a', 'b', 'c']], { a: good, b: broken, c: good }, ['b']],
    ['one broken while split', 'split', [['a', 'b', 'c']], { a: good, b: broken, c: good }, ['b']],
    ['two broken', 'full', [['a', 'b', 'c']], { a: broken, b: broken, c: good }, ['a', 'b']],
    ['the first wave broken, the second waits', 'full', [['a'], ['b', 'c']], { a: broken }, ['a']],
    ['a region without a request is no reason', 'full', [['a', 'b']], { a: broken }, ['a']],
  ])('%s', (_, phase, waves, look, named) => {
    const { failed } = play(waves, phase, times(6, look)).standing;
    expect(failed?.named).toEqual(named);
    if (named) expect(failed).toMatchObject({ test: 0, phase });
  });

  test('a small fault everywhere is proved before it is proved of any region', () => {
    const weak: Seen = { total: 50, bad: 1 };
    const looks: Record<string, Seen>[] = [];
    let standing: WaveStanding | undefined;
    while (!standing?.failed && looks.length < 40) {
      looks.push({ a: weak, b: weak, c: weak, d: weak, e: weak });
      standing = play([['a', 'b', 'c', 'd', 'e']], 'full', looks).standing;
    }
    expect(standing?.failed?.named).toEqual([]);
    const alone = startEvidence(plan);
    for (const [i] of looks.entries())
      advance(plan, alone, { seconds: 10 * (i + 1), phase: 'full', cells: [cellOf('full', weak)] });
    expect(decide(plan, alone, { phase: 'full', dwell: 60, lag: 0 }).kind).toBe('undecided');
  });

  test('two bad requests never take a release back', () => {
    const { failed } = play([['a', 'b']], 'full', [{ a: { total: 2, bad: 2 } }]).standing;
    expect(failed).toBeUndefined();
  });

  test('both revisions fail in one region: no comparison there, and none that the pool could make of it', () => {
    const both: Seen = { total: 50, bad: 10, beside: { total: 450, bad: 90 } };
    const { failed } = play([['a', 'b']], 'split', times(6, { a: both, b: good })).standing;
    expect(failed).toBeUndefined();
  });

  test('pooled counts that speak against the candidate withhold the pass of every region', () => {
    const weak: Seen = { total: 50, bad: 1 };
    const seen = times(9, { a: weak, b: weak, c: good });
    const looks = seen.map((_, i) => play([['a', 'b', 'c']], 'full', seen.slice(0, i + 1)).standing);
    expect(looks[0]).toMatchObject({ doubt: false, failed: undefined });
    expect(looks.at(-1)).toMatchObject({ doubt: true, failed: undefined });
  });

  test('one region decides exactly as a release without regions', () => {
    const seen = fc.record({ total: fc.integer({ min: 0, max: 60 }), bad: fc.integer({ min: 0, max: 4 }) });
    const look = seen.map(({ total, bad }) => ({ total: total + bad, bad, beside: { total: 300, bad: 1 } }));
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 20 }), fc.boolean(), (looks, split) => {
        const phase = split ? 'split' : 'full';
        const { standing, own } = play(
          [['a']],
          phase,
          looks.map((a) => ({ a })),
        );
        const state = own.get('a') as ReturnType<typeof startEvidence>;
        const alone = decide(plan, state, { phase, dwell: 600, lag: 0 });
        expect(standing.failed !== undefined).toBe(alone.kind === 'fail');
        if (standing.failed) expect(standing.failed).toMatchObject({ test: alone.test, phase });
      }),
    );
  });

  test('a region that is in no wave is refused', () => {
    const look = { poll: { seconds: 10, phase: 'full' as const, cells: [] }, own: startEvidence(plan) };
    expect(() => bookLook(startWaves([['a']], plan), 'b', look)).toThrow('b is in no wave');
  });
});
