import { describe, expect, test } from '@jest/globals';
import type { Cell, Poll } from '../../../src/domain/evidence/state.ts';
import { full, judged, plan, split } from '../../support/polls.ts';

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
    ['all conditions', { dwell: 120, lag: 60 }, 'pass'],
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
