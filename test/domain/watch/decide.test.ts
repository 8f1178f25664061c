import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide, type Moment } from '../../../src/domain/evidence/decide.ts';
import {
  advance,
  type Cell,
  type EvidencePlan,
  type EvidenceState,
  type Poll,
  startEvidence,
} from '../../../src/domain/evidence/state.ts';

const plan = (
  tests: EvidencePlan['tests'] = [{ objective: 'availability', limit: 0.005, stream: 'users' }],
): EvidencePlan => ({
  tests,
  alpha: 0.001,
  splitSeconds: 1800,
  fullSeconds: 1800,
});
const late: Moment = { phase: 'split', dwell: 600, lag: 10 };

function judged(polls: readonly Poll[], moment: Partial<Moment> = {}, plans = plan()) {
  const state = startEvidence(plans);
  for (const poll of polls) advance(plans, state, poll);
  return decide(plans, state, { ...late, phase: polls.at(-1)?.phase ?? 'split', ...moment });
}

const split = (
  seconds: number,
  candidate: [number, number],
  baseline: [number, number],
  share = 0.1,
): Poll => ({
  seconds,
  phase: 'split',
  cells: [
    {
      test: 0,
      phase: 'split',
      share,
      candidate: { total: candidate[0], bad: candidate[1] },
      baseline: { total: baseline[0], bad: baseline[1] },
    },
  ],
});
const full = (seconds: number, total: number, bad: number): Poll => ({
  seconds,
  phase: 'full',
  cells: [{ test: 0, phase: 'full', candidate: { total, bad } }],
});

describe('the rule', () => {
  test.each([
    ['only the candidate fails', [split(10, [1000, 20], [9000, 9])], 'fail', 'release'],
    ['two bad requests of two', [split(10, [2, 2], [18, 0])], 'undecided', 'none'],
    [
      'worse than before, but far inside the objective',
      [split(10, [20_000, 40], [180_000, 36])],
      'undecided',
      'none',
    ],
    ['both revisions fail alike', [split(10, [1000, 300], [9000, 2700])], 'undecided', 'platform'],
    ['a clean candidate', [split(10, [3000, 0], [27_000, 9])], 'pass', 'none'],
    ['too few requests', [split(10, [100, 0], [900, 1])], 'undecided', 'none'],
    ['failing at 100 %', [full(10, 1000, 50)], 'fail', 'unknown'],
    ['clean at 100 %', [full(10, 3000, 1)], 'pass', 'none'],
  ] as const)('%s', (_, polls, kind, blame) => {
    expect(judged(polls)).toMatchObject({ kind, blame });
  });

  test('evidence from the split does not count against the candidate at 100 %', () => {
    const blip = split(600, [1000, 300], [9000, 2700]);
    expect(judged([blip, full(700, 200, 0)]).kind).toBe('undecided');
  });

  test('a request that becomes visible late still counts in the phase in which it was served', () => {
    const cells: Cell[] = [
      {
        test: 0,
        phase: 'split',
        share: 0.1,
        candidate: { total: 100, bad: 20 },
        baseline: { total: 900, bad: 0 },
      },
    ];
    expect(judged([split(10, [100, 0], [900, 0]), { seconds: 20, phase: 'full', cells }])).toMatchObject({
      kind: 'fail',
      blame: 'release',
    });
  });

  test('requests that come before traffic has settled are judged but not compared', () => {
    const cells: Cell[] = [
      {
        test: 0,
        phase: 'split',
        share: undefined,
        candidate: { total: 100, bad: 20 },
        baseline: { total: 900, bad: 0 },
      },
    ];
    const { kind, standings } = judged([{ seconds: 10, phase: 'split', cells }]);
    expect(kind).toBe('undecided');
    expect(standings[0]?.base).toBeCloseTo(0, 10);
    expect(standings[0]?.slo).toBeGreaterThan(10);
  });

  test.each([
    ['a minute', { dwell: 59, lag: 0 }, 'undecided'],
    ['twice the lag of the source', { dwell: 100, lag: 60 }, 'undecided'],
    ['traffic that looks as expected', { withheld: true }, 'undecided'],
    ['nothing that is missing here', { dwell: 120, lag: 60 }, 'pass'],
  ])('a pass needs %s', (_, moment, kind) => {
    expect(judged([split(10, [3000, 0], [27_000, 0])], moment).kind).toBe(kind);
  });

  test('at 100 % a pass needs two minutes', () => {
    expect(judged([full(10, 3000, 0)], { dwell: 119 }).kind).toBe('undecided');
    expect(judged([full(10, 3000, 0)], { dwell: 120 }).kind).toBe('pass');
  });

  test('the last look of the split needs less evidence than the looks before', () => {
    const polls = (seconds: number) => [split(seconds, [1400, 13], [12_600, 12])];
    expect(judged(polls(900)).kind).toBe('undecided');
    expect(judged(polls(1800))).toMatchObject({ kind: 'fail', blame: 'release' });
  });

  test('a pass needs every objective proved, a failure needs one objective broken', () => {
    const two = plan([
      { objective: 'availability', limit: 0.005, stream: 'users' },
      { objective: 'latency', limit: 0.05, stream: 'users' },
    ]);
    const poll = (bad: number, slow: number): Poll => ({
      seconds: 10,
      phase: 'full',
      cells: [bad, slow].map((count, i) => ({
        test: i,
        phase: 'full',
        candidate: { total: 3000, bad: count },
      })),
    });
    expect(judged([poll(0, 30)], {}, two).kind).toBe('pass');
    expect(judged([poll(0, 150)], {}, two).kind).toBe('undecided');
    expect(judged([poll(0, 900)], {}, two)).toMatchObject({ kind: 'fail', test: 1 });
  });

  test('probes prove a pass if users send too few requests, and the two are not mixed', () => {
    const both = plan([
      { objective: 'availability', limit: 0.005, stream: 'users' },
      { objective: 'availability', limit: 0.005, stream: 'probes' },
    ]);
    const poll = (users: [number, number], probes: [number, number]): Poll => ({
      seconds: 10,
      phase: 'full',
      cells: [users, probes].map(([total, bad], test) => ({
        test,
        phase: 'full',
        candidate: { total, bad },
      })),
    });
    expect(judged([poll([10, 0], [0, 0])], {}, both).kind).toBe('undecided');
    expect(judged([poll([10, 0], [800, 0])], {}, both).kind).toBe('pass');
    expect(judged([poll([10, 3], [800, 0])], {}, both).kind).not.toBe('pass');
    expect(judged([poll([10, 0], [20, 5])], {}, both)).toMatchObject({ kind: 'fail', test: 1 });
  });
});

describe('the state', () => {
  const poll = fc.record({
    step: fc.integer({ min: 1, max: 60 }),
    candidate: fc.integer({ min: 0, max: 200 }),
    bad: fc.integer({ min: 0, max: 5 }),
    besides: fc.integer({ min: 0, max: 5 }),
  });
  const made = (
    steps: readonly { step: number; candidate: number; bad: number; besides: number }[],
    fullFrom: number,
  ): Poll[] => {
    let seconds = 0;
    return steps.map(({ step, candidate, bad, besides }, i) => {
      seconds += step;
      const counts = [candidate + bad, bad] as const;
      return i >= fullFrom ? full(seconds, ...counts) : split(seconds, [...counts], [900 + besides, besides]);
    });
  };

  test('a second runner decides as a single runner would have', () => {
    fc.assert(
      fc.property(
        fc.array(poll, { minLength: 2, maxLength: 30 }),
        fc.nat(30),
        fc.nat(30),
        (steps, cut, fullFrom) => {
          const polls = made(steps, fullFrom);
          const straight = startEvidence(plan());
          for (const each of polls) advance(plan(), straight, each);
          let state = startEvidence(plan());
          polls.forEach((each, i) => {
            if (i === cut % polls.length) state = JSON.parse(JSON.stringify(state)) as EvidenceState;
            advance(plan(), state, each);
          });
          expect(state).toEqual(straight);
          expect(decide(plan(), state, late)).toEqual(decide(plan(), straight, late));
        },
      ),
    );
  });

  test('the state stays small: it has numbers for each alternative, not for each look', () => {
    const state = startEvidence(plan());
    for (let i = 1; i <= 2000; i++)
      advance(plan(), state, split(i * 10, [100, i % 3 === 0 ? 1 : 0], [900, 1]));
    expect(JSON.stringify(state).length).toBeLessThan(1800);
  });

  test('the ten thousandth look costs less than a millisecond', () => {
    const state = startEvidence(plan());
    const costs: number[] = [];
    for (let i = 1; i <= 10_000; i++) {
      const began = performance.now();
      advance(plan(), state, split(i * 10, [100, i % 300 === 0 ? 1 : 0], [900, 1]));
      decide(plan(), state, { phase: 'split', dwell: i * 10, lag: 10 });
      costs.push(performance.now() - began);
    }
    // The median of the last hundred looks, so that a machine that is busy for a moment does not fail the test.
    expect(costs.slice(-100).sort((a, b) => a - b)[50]).toBeLessThan(1);
  });

  test('merging polls loses nothing: totals and the comparison stay the same', () => {
    fc.assert(
      fc.property(fc.array(poll, { minLength: 2, maxLength: 20 }), (steps) => {
        const state = startEvidence(plan());
        for (const each of made(steps, 99)) advance(plan(), state, each);
        const total = steps.reduce((sum, { candidate, bad }) => sum + candidate + bad, 0);
        expect(state.tests[0]?.candidate.total).toBe(total);
        expect(state.tests[0]?.candidate.bad).toBe(steps.reduce((sum, { bad }) => sum + bad, 0));
      }),
    );
  });
});
