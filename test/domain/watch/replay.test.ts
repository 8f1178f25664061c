import { describe, expect, test } from '@jest/globals';
import {
  judgeReplay,
  type Replay,
  readReplay,
  recordingIn,
} from '../../../src/domain/watch/replay/replay.ts';
import { burnRateRule } from '../../../src/domain/watch/rules.ts';

type Poll = {
  t: number;
  share?: number;
  candidate: { total: number; bad: number };
  baseline?: { total: number; bad: number };
};

const counts = (total: number, bad: number) => ({ total, bad });
const file = (polls: Poll[], rest: object = {}): Replay => {
  const parsed = readReplay({ slo: 0.995, duration_seconds: 1800, alpha: 0.001, polls, ...rest });
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.replay;
};
/** One poll every 10 s, from second `from` to second `to`. */
const looks = (from: number, to: number, make: (t: number) => Omit<Poll, 't'>): Poll[] => {
  const polls: Poll[] = [];
  for (let t = from; t <= to; t += 10) polls.push({ t, ...make(t) });
  return polls;
};
const steady = (candidateBad: number, baselineBad: number) => () => ({
  share: 0.1,
  candidate: counts(1000, candidateBad),
  baseline: counts(9000, baselineBad),
});

describe('a recording that is understood only in part is refused', () => {
  const poll = { t: 60, share: 0.1, candidate: counts(100, 0) };
  test.each([
    ['the misspelt counts of the baseline', { polls: [{ ...poll, baselin: counts(900, 0) }] }, 'baselin'],
    [
      'counts that it does not judge',
      { polls: [{ ...poll, candidate: { ...counts(100, 0), client: 100 } }] },
      'client',
    ],
    ['a misspelt setting', { polls: [poll], lag_second: 180 }, 'lag_second'],
  ])('%s', (_, rest, key) => {
    const parsed = readReplay({ slo: 0.995, duration_seconds: 1800, ...rest });
    expect('problems' in parsed ? parsed.problems.join() : 'read').toContain(`"${key}"`);
  });
});

describe('recordings', () => {
  test.each([
    ['a healthy release passes after a minute', looks(10, 600, steady(1, 8)), 'pass', 'none', 60],
    [
      'a release that fails half of its requests is found at once',
      looks(10, 600, steady(500, 8)),
      'fail',
      'release',
      10,
    ],
    [
      'if both revisions fail, it is the platform',
      looks(10, 600, steady(300, 2700)),
      'inconclusive',
      'platform',
      600,
    ],
    [
      'without a baseline the candidate has all traffic',
      looks(10, 600, () => ({ candidate: counts(100, 20) })),
      'fail',
      'unknown',
      10,
    ],
    [
      'at 100 %, a clean release passes after two minutes',
      looks(10, 600, () => ({ candidate: counts(1000, 0) })),
      'pass',
      'none',
      120,
    ],
    [
      'no requests',
      looks(10, 600, () => ({ share: 0.1, candidate: counts(0, 0), baseline: counts(0, 0) })),
      'inconclusive',
      'none',
      600,
    ],
    [
      'an earlier pass does not hide a late failure',
      [...looks(10, 900, steady(1, 8)), ...looks(910, 1800, steady(50, 8))],
      'fail',
      'release',
      910,
    ],
    [
      'a blip on both revisions after a clean start is the platform',
      [...looks(10, 600, steady(1, 8)), ...looks(610, 660, steady(300, 2700))],
      'inconclusive',
      'platform',
      660,
    ],
  ] as const)('%s', (_, polls, verdict, blame, at) => {
    expect(judgeReplay(file([...polls]))).toMatchObject({ verdict, blame, decidedAtSeconds: at });
  });

  test('a recording of several steps passes in the last one', () => {
    const polls = [
      ...looks(10, 120, steady(1, 8)),
      ...looks(130, 300, () => ({ share: 0.5, candidate: counts(5000, 4), baseline: counts(5000, 4) })),
      ...looks(310, 600, () => ({ share: 1, candidate: counts(10_000, 9) })),
    ];
    expect(judgeReplay(file(polls))).toMatchObject({ verdict: 'pass', decidedAtSeconds: 420 });
  });

  test('a poll without a share uses the share at the top of the file', () => {
    const polls = looks(10, 100, () => ({ candidate: counts(1000, 300), baseline: counts(9000, 8) }));
    expect(judgeReplay(file(polls, { share: 0.1 }))).toMatchObject({ verdict: 'fail', blame: 'release' });
  });

  test('another objective judges the same counts differently, and a release that is worse than before gets no pass', () => {
    const polls = looks(10, 600, steady(30, 9));
    expect(judgeReplay(file(polls)).verdict).toBe('fail');
    expect(judgeReplay(file(polls, { slo: 0.9 })).verdict).toBe('inconclusive');
    expect(judgeReplay(file(looks(10, 600, steady(30, 270)), { slo: 0.9 })).verdict).toBe('pass');
  });

  test('a classical rule can judge the same counts', () => {
    const polls = looks(10, 600, steady(300, 2700));
    expect(judgeReplay(file(polls), burnRateRule)).toMatchObject({ verdict: 'fail', blame: 'unknown' });
    expect(judgeReplay(file(looks(10, 600, steady(1, 8))), burnRateRule)).toMatchObject({
      verdict: 'pass',
      decidedAtSeconds: 600,
    });
  });

  test('the recording inside a report is found', () => {
    const replay = file(looks(10, 60, steady(1, 8)));
    expect(recordingIn({ evidence: { watch: { replay } } })).toEqual(replay);
    const halves = [
      { ...replay, polls: replay.polls.slice(0, 3) },
      { ...replay, polls: replay.polls.slice(3) },
    ];
    expect(
      recordingIn({
        evidence: { release: { segments: halves.map((half) => ({ evidence: { replay: half } })) } },
      }),
    ).toEqual(replay);
    expect(recordingIn(replay)).toEqual(replay);
  });

  test.each([
    {
      evidence: { release: { segments: [null, 7, {}, { evidence: null }, { evidence: { replay: null } }] } },
    },
    { evidence: { release: { segments: 'none' } } },
    { evidence: { release: null, watch: 5 } },
    { evidence: { watch: { replay: null } } },
    {
      evidence: {
        release: { segments: [{ evidence: { replay: { polls: 'x' } } }, { evidence: { replay: 1 } }] },
      },
    },
  ])('a report without a recording is refused: %j', (report) => {
    expect(readReplay(recordingIn(report))).toHaveProperty('problems');
  });

  test.each([
    [{}, 'slo'],
    [null, 'the file'],
    [{ slo: 1, duration_seconds: 60, polls: [] }, 'slo'],
    [{ slo: 0.99, duration_seconds: 60, polls: [{ t: 1, candidate: counts(1, 2) }] }, 'polls.0.candidate'],
    [
      { slo: 0.99, duration_seconds: 60, polls: [{ t: 1, candidate: counts(Number.NaN, 0) }] },
      'polls.0.candidate.total',
    ],
    [
      {
        slo: 0.99,
        duration_seconds: 60,
        polls: [
          { t: 5, candidate: counts(1, 0) },
          { t: 1, candidate: counts(1, 0) },
        ],
      },
      'polls.1.t',
    ],
    [
      { slo: 0.99, duration_seconds: 60, polls: [{ t: 5, candidate: counts(1, 0), baseline: counts(1, 0) }] },
      'polls.0.share',
    ],
    [
      { slo: 0.99, duration_seconds: 60, polls: [{ t: 5, share: 2, candidate: counts(1, 0) }] },
      'polls.0.share',
    ],
  ])('a broken recording is refused with the place: %j', (value, place) => {
    const parsed = readReplay(value);
    expect('problems' in parsed && parsed.problems.some((problem) => problem.startsWith(place))).toBe(true);
  });
});
