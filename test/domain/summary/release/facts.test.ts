import { describe, expect, test } from '@jest/globals';
import { costOf } from '../../../../src/domain/release/cost.ts';
import type { ReleaseFacts, SegmentFacts } from '../../../../src/domain/release/facts.ts';
import { countsOf, spentIn } from '../../../../src/domain/release/segments.ts';
import { newReport, type Report } from '../../../../src/domain/report/report.ts';
import { timeline } from '../../../../src/domain/summary/charts/timeline.ts';
import { releaseHead } from '../../../../src/domain/summary/release/head.ts';
import type { WatchFacts } from '../../../../src/domain/watch/evidence.ts';

/** Faults that were found in the summaries of real runs. */

const objective = { id: 'availability', kind: 'availability' as const, target: 0.99 };
type Pair = [total: number, bad: number];
const counts = ([total, bad]: Pair) => ({ total, bad });

/** A segment in the form that the watch reports: looks are increments, and the test's own counts go back to the first shift. */
const segment = (percent: number, since: Pair, looks: [Pair, Pair][]): SegmentFacts => ({
  percent,
  phase: percent === 100 ? 'full' : 'split',
  verdict: 'pass',
  reason: '',
  evidence: {
    tests: [{ objective, stream: 'users', candidate: counts(since), baseline: counts([9999, 0]) }],
    points: looks.map(([candidate, baseline], i) => ({
      seconds: i,
      tests: [{ candidate: counts(candidate), baseline: counts(baseline) }],
    })),
  } as unknown as WatchFacts,
});

const facts = (more: Partial<ReleaseFacts>): ReleaseFacts => ({
  first: false,
  unchanged: false,
  serving: [{ revision: 'r1', percent: 100 }],
  verified_at: '2026-11-22T10:00:00Z',
  kept_pin: false,
  after_promote: 'pinned',
  steps: [50, 100],
  seconds: 60,
  stages: [],
  shares: [],
  segments: [],
  warnings: [],
  cause: 'Something happened.',
  ...more,
});

const head = (more: Partial<ReleaseFacts>, change: Partial<Report<'release'>> = {}): string => {
  const report = newReport('release', { name: 'ocr-api' });
  Object.assign(report, { reason: 'Something happened. Traffic: r1 100 %.', ...change });
  report.evidence = { release: facts(more) };
  return (releaseHead(report) ?? []).join('\n');
};

describe('what a release spent', () => {
  test('counts the users of all segments by objective, with those that a sample left out, and no probes', () => {
    const look: [Pair, Pair][] = [
      [
        [10, 1],
        [90, 0],
      ],
    ];
    const [first, second] = [segment(5, [10, 1], look), segment(50, [20, 2], look)];
    const evidence = second.evidence as unknown as { tests: object[]; points: { tests: object[] }[] };
    evidence.tests[0] = { ...evidence.tests[0], unread: counts([70, 7]) };
    evidence.tests.push({ ...evidence.tests[0], stream: 'probes', unread: undefined });
    evidence.points[0]?.tests.push({ candidate: counts([99, 9]), baseline: counts([0, 0]) });
    expect(spentIn([first, second, { ...first, evidence: 'nonsense' as never }])).toEqual({
      availability: { total: 90, bad: 9 },
    });
  });
});

describe('counts of a release', () => {
  const segments = [
    segment(
      5,
      [40, 1],
      [
        [
          [10, 0],
          [190, 0],
        ],
        [
          [30, 1],
          [570, 0],
        ],
      ],
    ),
    segment(
      50,
      [140, 9],
      [
        [
          [100, 8],
          [100, 2],
        ],
      ],
    ),
  ];

  test('a segment has only the counts of its own time', () => {
    expect(segments.map((one) => countsOf(one).candidate)).toEqual([
      { total: 40, bad: 1 },
      { total: 100, bad: 8 },
    ]);
  });

  test('no request is counted twice', () => {
    expect(costOf(facts({ segments }))).toEqual({ requests: 140, failed: 9, extra: 1 + 6 });
  });

  test('a segment without looks has no counts, and one without evidence stays unchanged', () => {
    expect(countsOf(segment(5, [40, 1], [])).candidate).toEqual({ total: 0, bad: 0 });
    const bare = { percent: 5, phase: 'split' as const, verdict: 'pass' as const, reason: '' };
    expect(countsOf({ ...bare, requests: 7, bad: 2 }).candidate).toEqual({ total: 7, bad: 2 });
  });
});

describe('the head of a summary', () => {
  const back = { stage: 'Roll back', kind: 'back' as const, start: 1, seconds: 0.2 };

  test('says that traffic went back only if it did, and that it was verified only if it was', () => {
    const ended = (verdict: 'pass' | 'fail', note: string, answered?: boolean) =>
      head(
        { before: 'r1', shares: [{ at: 0, percent: 50 }], stages: [{ ...back, verdict, note, answered }] },
        { outcome: 'rolled_back', verdict: 'fail' },
      );
    expect(ended('pass', 'r1 100 %, in 0.2 s, it answers 200', true)).toContain(
      'went back to `r1` in 0.2 s and was verified.',
    );
    expect(ended('pass', 'r1 100 %')).toContain('went back to `r1` in 0.2 s.');
    expect(ended('pass', 'r1 100 %, in 0.2 s, r1 does not work well either: it answers 500.')).toContain(
      'went back to `r1` in 0.2 s.',
    );
    expect(ended('fail', 'no answer')).not.toContain('went back');
  });

  test('does not blame a release for a failure of the platform', () => {
    const segments = [
      segment(
        50,
        [100, 40],
        [
          [
            [100, 40],
            [100, 30],
          ],
        ],
      ),
    ];
    expect(head({ segments }, { outcome: 'held' })).not.toContain('because of this release');
    expect(head({ segments }, { outcome: 'rolled_back', verdict: 'fail' })).toContain(
      'About 10 requests failed',
    );
  });

  test('says nothing about traffic that the release never read', () => {
    expect(head({ serving: [] }, { outcome: 'blocked', verdict: 'fail' })).not.toContain('Serving now');
    expect(head({ serving: [], first: true }, { outcome: 'rejected', verdict: 'fail' })).toContain(
      'nothing yet',
    );
  });

  test('a command to paste stands unchanged in a separate block', () => {
    const commands = ['gcloud a "x_y == \'1\' && z"', 'gcloud b'];
    const errors = [{ code: 'permission-denied' as const, what: 'No.', fix: 'Look at it first:', commands }];
    const text = head({}, { errors, verdict: 'inconclusive' });
    expect(text).toContain(
      '> **Next:** Look at it first:\n>\n> ```sh\n> gcloud a "x_y == \'1\' && z"\n> gcloud b\n> ```',
    );
  });

  test('a hostile command cannot leave its block', () => {
    const commands = ['gcloud a ```\n> # out <b>\n::error::x'];
    const text = head(
      {},
      { errors: [{ code: 'permission-denied' as const, what: 'No.', commands }], verdict: 'fail' },
    );
    const block = text.slice(text.indexOf('````sh'));
    expect(block.match(/^> ````/gm)).toHaveLength(1);
    expect(text.split('\n').every((line) => line === '' || /^(>|#|\|)/.test(line))).toBe(true);
  });
});

describe('the timeline', () => {
  const drawn = (tasks: [start: number, seconds: number][]) =>
    timeline(
      tasks.map(([start, seconds], i) => ({
        section: 'Watch',
        label: `t${i}`,
        start,
        seconds,
        end: 'good' as const,
      })),
      { title: 'x', text: 'x' },
    ).join('\n');

  test('gives its times in milliseconds, because Mermaid reads bare numbers as milliseconds', () => {
    const text = drawn([
      [0.3, 1.6],
      [2, 10],
    ]);
    expect(text).toContain('dateFormat x');
    expect(text).toContain(':t0, 300, 1600ms');
    expect(text).toContain(':t1, 2000, 10000ms');
  });

  test('the shortest stage is still visible', () => {
    expect(
      drawn([
        [0, 100],
        [100, 0.01],
      ]),
    ).toContain(':t1, 100000, 500ms');
  });

  test.each([
    [8, '2second', '%s s', '8000ms'],
    [75, '15second', '%s s', '75000ms'],
    [640, '5second', '%s min', '10667ms'],
    [4 * 3600, '1minute', '%s min', '240000ms'],
    [80 * 3600, '30second', '%s h', '80000ms'],
  ])('%d s have a tick every %s, counted as %s', (seconds, tick, format, length) => {
    const text = drawn([[0, seconds]]);
    expect(text).toContain(`tickInterval ${tick}`);
    expect(text).toContain(`axisFormat ${format}`);
    expect(text).toContain(`, 0, ${length}`);
  });

  test('the axis reads the same in every time zone, since it has no minutes or hours of a day', () => {
    for (const seconds of [10, 1000, 100_000])
      expect(/axisFormat (.*)/.exec(drawn([[0, seconds]]))?.[1]).toMatch(/^%s (s|min|h)$/);
  });
});

describe('the row of the model', () => {
  const file = (name: string, digit: string) => `weights/${name}.onnx#sha256:${digit.repeat(64)}`;
  const model = {
    ...{ name: 'ocr', version: '8', reference: file('ocr-8', 'a'), digest: `sha256:${'a'.repeat(64)}` },
    before: file('ocr-7', 'b'),
  };
  test.each<[string, Partial<ReleaseFacts>, string]>([
    [
      'of a release that went back says that the new one does not serve',
      { candidate: 'r2', model },
      '`weights/ocr-8.onnx#sha256:aaaaaaaaaaaa`, which does not serve, before `weights/ocr-7.onnx#sha256:bbbbbbbbbbbb`',
    ],
    [
      'of one that serves does not',
      { candidate: 'r1', model },
      '`weights/ocr-8.onnx#sha256:aaaaaaaaaaaa`, before `weights/ocr-7.onnx#sha256:bbbbbbbbbbbb`',
    ],
    [
      'names the bytes where the reference does not',
      { candidate: 'r1', model: { ...model, reference: 'mlflow://m/ocr/versions/8', before: undefined } },
      '`mlflow://m/ocr/versions/8`, `sha256:aaaaaaaaaaaa`',
    ],
  ])('%s', (_, more, cell) => {
    expect(head(more)).toContain(`| **Model** | ${cell} |`);
  });
});
