import { describe, expect, test } from '@jest/globals';
import type { DeployEvidence } from '../../../../src/domain/deploy/evidence.ts';
import type { ReleaseFacts, SegmentFacts } from '../../../../src/domain/release/facts.ts';
import { summaryOf } from '../../../../src/domain/report/render.ts';
import { newReport, type Report } from '../../../../src/domain/report/report.ts';
import { authView, loginSection } from '../../../../src/domain/summary/login/section.ts';
import { releaseBody } from '../../../../src/domain/summary/release/body.ts';
import { releaseHead } from '../../../../src/domain/summary/release/head.ts';
import { releaseView } from '../../../../src/domain/summary/release/view.ts';

/** Cases in which the summaries of real runs contradicted themselves or repeated themselves. */

const facts = (more: Partial<ReleaseFacts>): ReleaseFacts => ({
  before: 'ocr-1',
  candidate: 'ocr-2',
  first: false,
  unchanged: false,
  serving: [{ revision: 'ocr-1', percent: 100 }],
  verified_at: '2026-11-22T10:00:00Z',
  kept_pin: false,
  after_promote: 'pinned',
  steps: [5, 50, 100],
  seconds: 600,
  stages: [],
  shares: [],
  segments: [],
  warnings: [],
  cause: 'It broke.',
  ...more,
});

const reportOf = (
  more: Partial<ReleaseFacts>,
  change: Partial<Report<'release'>> = {},
): Report<'release'> => {
  const report = newReport('release', { project: 'p', region: 'r', name: 'ocr', service: 'ocr' });
  Object.assign(report, {
    verdict: 'fail',
    outcome: 'rolled_back',
    reason: 'It broke. Traffic: ocr-1 100 %.',
  });
  Object.assign(report, change);
  report.evidence = { ...report.evidence, release: facts(more) };
  return report;
};
const head = (more: Partial<ReleaseFacts>, change?: Partial<Report<'release'>>) =>
  (releaseHead(reportOf(more, change)) ?? []).join('\n');
const releaseLogin = (report: Report<'release'>) => releaseView.sections?.at(-1)?.(report) ?? [];
const body = (more: Partial<ReleaseFacts>, change?: Partial<Report<'release'>>) =>
  releaseBody(reportOf(more, change)).join('\n');

type Pair = [total: number, bad: number];
const counts = ([total, bad]: Pair) => ({ total, bad });

/** Evidence of a step in the form that the watch reports: looks are increments, totals count from the first traffic on. */
const segment = (
  percent: number,
  from: number,
  since: [Pair, Pair],
  looks: [Pair, Pair][],
  more: object = {},
): SegmentFacts => ({
  percent,
  phase: percent === 100 ? 'full' : 'split',
  verdict: 'inconclusive',
  reason: '',
  evidence: {
    candidate: 'ocr-2',
    baseline: 'ocr-1',
    phase: percent === 100 ? 'full' : 'split',
    share: percent / 100,
    blame: 'none',
    source: 'logs',
    lagSeconds: 0,
    notes: [],
    tests: [
      {
        objective: { id: 'availability', kind: 'availability', target: 0.99 },
        stream: 'users',
        limit: 0.01,
        candidate: counts(since[0]),
        baseline: counts(since[1]),
        interval: [0, 1],
        against: 0,
        actsAt: 7.6,
        pass: 0,
      },
    ],
    points: looks.map(([candidate, baseline], i) => ({
      seconds: from + 10 * i,
      tests: [{ candidate: counts(candidate), baseline: counts(baseline) }],
    })),
    ...more,
  },
});
const even = (times: number, pair: [Pair, Pair]) => Array.from({ length: times }, () => pair);

describe('why', () => {
  const first = segment(
    5,
    10,
    [
      [60, 1],
      [1200, 2],
    ],
    even(6, [
      [10, 0],
      [200, 0],
    ]),
  );
  const second = segment(
    50,
    70,
    [
      [660, 13],
      [1800, 2],
    ],
    even(6, [
      [100, 2],
      [100, 0],
    ]),
  );

  test('the canary steps are judged together: one line covers them all, and the table shows its last values', () => {
    const text = body({ segments: [first, { ...second, verdict: 'fail' }] });
    expect(text).toContain('At 5 %, then 50 % of the traffic:');
    const [, begin, end] = /x-axis "seconds since its first traffic" (\S+) --> (\S+)/.exec(text) ?? [];
    expect(Number(begin)).toBeLessThan(70);
    expect(Math.round(Number(end))).toBe(120);
    expect(text).toContain('| requests counted | 660 | 1 800 |');
    expect(text).toContain('| 2m00s | 13 of 660 (1.97 %) | 6 of 300 (2.00 %) | 2 of 1 800 (0.11 %) |');
    expect(text).toContain('The new revision ends at 1.97 %');
  });

  test('100 % is judged separately', () => {
    const full = segment(
      100,
      130,
      [
        [1660, 113],
        [1800, 2],
      ],
      even(5, [
        [200, 20],
        [0, 0],
      ]),
    );
    const evidence = full.evidence as unknown as { tests: object[] };
    evidence.tests[0] = { ...evidence.tests[0], full: counts([1000, 100]) };
    const text = body({ segments: [first, second, { ...full, verdict: 'fail' }] });
    expect(text).toContain('At 100 % of the traffic:');
    expect(text).toContain('| requests counted | 1 000 |');
    expect(text).toContain('x-axis "seconds since its first traffic" 130 -->');
    expect(text).not.toContain('🟦');
  });
});

describe('no sentence appears twice', () => {
  const stage = { stage: 'Build', kind: 'build' as const, start: 0, seconds: 1, verdict: 'fail' as const };

  test('a stage whose note is already in the head points there', () => {
    const note = 'The deploy failed in stage build: no function "ocr"';
    const stages = [{ ...stage, note, decided: true }];
    expect(body({ stages, cause: `${note}.` })).toContain('| Build | 1.0 s | ❌ see above |');
    expect(body({ stages: [{ ...stage, note: 'Something else' }], cause: `${note}.` })).toContain(
      'Something else',
    );
  });

  test('if the head has no sentence, the stage keeps its note', () => {
    const note = 'ocr-1 already serves exactly this.';
    const stages = [{ ...stage, kind: 'check' as const, verdict: 'pass' as const, note, decided: true }];
    const text = body({ stages, unchanged: true, cause: note }, { verdict: 'pass', outcome: 'promoted' });
    expect(text).toContain('ocr-1 already serves exactly this.');
    expect(text).not.toContain('see above');
  });
});

describe('the traffic', () => {
  const shares = [
    { at: 0, percent: 0 },
    { at: 60, percent: 50 },
  ];
  const drawn = (text: string) =>
    /line \[(.*)\]/
      .exec(text.slice(text.indexOf('### Traffic')))?.[1]
      ?.split(', ')
      .map(Number) ?? [];

  test('ends with the traffic that was last read, even if another tool moved it', () => {
    const serving = [{ revision: 'ocr-2', percent: 100 }];
    const text = body({ shares, serving }, { outcome: 'superseded', verdict: 'inconclusive' });
    expect(drawn(text).at(-1)).toBe(100);
    expect(text).toContain('| 10m00s | 100 %, not by this release |');
  });

  test('nothing is added if the traffic is as this release left it', () => {
    const serving = [
      { revision: 'ocr-1', percent: 50 },
      { revision: 'ocr-2', percent: 50 },
    ];
    const text = body({ shares, serving }, { outcome: 'held', verdict: 'inconclusive' });
    expect(drawn(text).at(-1)).toBe(50);
    expect(text).not.toContain('not by this release');
  });

  test('the chart has no more points than the axis has units, so that older versions of Mermaid draw it to its end', () => {
    for (const seconds of [90, 400, 3000, 20_000]) {
      const text = body({ shares, seconds });
      const [, end] = /since start" 0 --> (\S+)/.exec(text) ?? [];
      expect(drawn(text).length).toBeLessThanOrEqual(Number(end) + 1);
      expect(drawn(text).length).toBeGreaterThan(40);
    }
  });
});

describe('the errors of a release', () => {
  test('one that the reason holds is not told twice, and any other is told, whatever their words', () => {
    const told = { code: 'deploy-failed' as const, what: 'The build failed.', in_reason: true as const };
    const other = { code: 'remote-error' as const, what: 'Failed.', why: 'The other side.' };
    const text = head({ cause: 'The build failed.' }, { reason: 'The build failed.', errors: [told, other] });
    expect(text.match(/The build failed/g)).toHaveLength(1);
    expect(text).toContain('> Failed.');
    expect(text).toContain('> The other side.');
  });
});

describe('what to do next', () => {
  test('a link to the console can be clicked', () => {
    const url = 'https://console.cloud.google.com/cloud-build/builds;region=us-central1/51b2?project=123';
    const errors = [{ code: 'deploy-failed' as const, what: 'No.', fix: `Read the whole log: ${url}.` }];
    expect(head({}, { errors })).toContain(`[Read the whole log](${url})`);
    const inside = [
      { code: 'deploy-failed' as const, what: 'No.', fix: `Start it as Cloud Run does (log: ${url})` },
    ];
    expect(head({}, { errors: inside })).toContain(`log: [console.cloud.google.com](${url})`);
  });

  test('no other address becomes a link, and no address can break out of its place', () => {
    const fix =
      'See https://console.cloud.google.com.evil.example/x and https://console.cloud.google.com/a](https://evil.example) `b`';
    const text = head({}, { errors: [{ code: 'deploy-failed', what: 'No.', fix }] });
    expect(text).not.toMatch(/\]\([^)]*evil/);
    expect(text).not.toContain('](https://evil');
  });

  test('code in our own sentences stays code', () => {
    const errors = [
      { code: 'deploy-failed' as const, what: 'No.', why: 'See `a_b`.', fix: 'Set `c_d` to 1.' },
    ];
    const text = head({}, { errors });
    expect(text).toContain('> See `a_b`.');
    expect(text).toContain('Set `c_d` to 1.');
  });

  describe('what failed most', () => {
    const kinds = (...list: [what: string, count: number][]) =>
      list.map(([what, count]) => ({ objective: 'availability', what, count }));
    const failing = (percent: number, failures: unknown) => ({
      ...segment(
        percent,
        10,
        [
          [100, 10],
          [100, 0],
        ],
        [],
        { failures },
      ),
      verdict: 'fail' as const,
    });

    test.each([
      [
        'one kind',
        kinds(['HTTP 500 on POST /v1/ocr', 37]),
        'All 37 failures are `HTTP 500 on POST /v1/ocr`.',
      ],
      ['one request', kinds(['HTTP 500', 1]), 'The one that failed is `HTTP 500`.'],
      ['most', kinds(['HTTP 500', 34], ['HTTP 503', 3]), '`HTTP 500` is 34 of the 37 failures.'],
    ])('%s', (_, failures, text) => {
      expect(head({ segments: [failing(50, failures)] })).toContain(`**Next:** ${text}`);
    });

    test('the steps of the split add up', () => {
      const segments = [
        { ...failing(5, kinds(['HTTP 503', 4])), verdict: 'inconclusive' as const },
        failing(50, kinds(['HTTP 500', 2], ['HTTP 503', 1])),
      ];
      expect(head({ segments })).toContain('`HTTP 503` is 5 of the 7 failures.');
      expect(body({ segments })).toContain('What failed on the new revision: `HTTP 503` 5 · `HTTP 500` 2');
    });

    test.each([
      ['nothing stands out', kinds(['a', 2], ['b', 2], ['c', 2])],
      ['an older report', undefined],
      ['no list', 7],
      [
        'nonsense',
        [null, 3, { objective: 'availability' }, { objective: 'availability', what: 4, count: 'x' }],
      ],
    ])('%s: the summary does not mention failures', (_, failures) => {
      expect(head({ segments: [failing(50, failures)] })).not.toMatch(
        /failures? (are|is)|of the \d+ failures/,
      );
    });

    test('a hostile name stays code on one line', () => {
      const what = 'HTTP 500 on POST /`@all`\n## x | ::error::';
      const text = head({ segments: [failing(50, kinds([what, 9]))] });
      expect(text.split('\n').some((line) => line.startsWith('## x') || line.startsWith('::'))).toBe(false);
      expect(text).toContain('All 9 failures are ``HTTP 500 on POST /`@all`');
    });
  });

  test('a sentence that ends with a link still gets its full stop', () => {
    const both = {
      ...segment(
        50,
        10,
        [
          [100, 40],
          [100, 40],
        ],
        [],
        { blame: 'platform' },
      ),
    };
    const text = head({ segments: [both] }, { outcome: 'held', verdict: 'inconclusive' });
    expect(text).toContain("[Google Cloud's status](https://status.cloud.google.com). Decide with");
  });

  test('a held release names both choices, and the command that goes back', () => {
    const serving = [
      { revision: 'ocr-1', percent: 50 },
      { revision: 'ocr-2', percent: 50 },
    ];
    const text = head({ serving }, { outcome: 'held', verdict: 'inconclusive' });
    expect(text).toContain('**Next:** Decide with `actions/rollback`: `to: before` goes back to `ocr-1`');
    expect(text).toContain('`to: ocr-2` gives it all of the traffic');
    expect(text).toContain(
      'gcloud run services update-traffic ocr --project=p --region=r --to-revisions=ocr-1=100',
    );
  });

  test('a release that is held because nothing can go back does not advise going back', () => {
    const text = head({ before_gone: true }, { outcome: 'held', verdict: 'inconclusive' });
    expect(text).toContain('`to: ocr-2` gives it all of the traffic; `ocr-1` can no longer serve');
    expect(text).not.toMatch(/to: before|update-traffic/);
  });

  test('if the platform is suspected, the advice begins with what both revisions depend on', () => {
    const segments = [
      segment(
        50,
        10,
        [
          [100, 40],
          [100, 40],
        ],
        [],
        { blame: 'platform' },
      ),
    ];
    expect(head({ segments }, { outcome: 'held', verdict: 'inconclusive' })).toContain(
      '**Next:** Look first at what both revisions depend on',
    );
  });

  test('if the logs may not be read, the advice names the missing role', () => {
    const blind = (more: object) =>
      segment(
        50,
        10,
        [
          [0, 0],
          [0, 0],
        ],
        [],
        more,
      );
    const held = { outcome: 'held', verdict: 'inconclusive' } as const;
    const text = head({ segments: [blind({ missingRole: 'roles/logging.viewer' })] }, held);
    expect(text).toContain('**Next:** Grant `roles/logging.viewer` to the identity of this job. Decide with');
    const other = head({ segments: [blind({})] }, held);
    expect(other).not.toContain('roles/');
  });

  test('sentences end with a full stop, and links follow them', () => {
    const text = head(
      { logs_url: 'https://console.cloud.google.com/logs/x', segments: [] },
      { outcome: 'superseded', verdict: 'inconclusive' },
    );
    expect(text).toContain(
      '**Next:** The traffic stays as it was set. Run this job again to release. [Open the logs of the new revision](',
    );
  });

  test('the row of the commit says how long the release took', () => {
    expect(head({ commit: { sha: '7f3c9a1000' } })).toContain('| **Commit** | `7f3c9a1`, took 10m00s |');
  });
});

describe('what the summary says about going back', () => {
  const back = {
    stage: 'Roll back',
    kind: 'back' as const,
    start: 1,
    seconds: 0.2,
    verdict: 'pass' as const,
    note: 'ocr-1 100 %, in 0.2 s, it answers 200',
    answered: true,
  };

  test('if no traffic had moved, the summary does not say that traffic went back', () => {
    const shares = [{ at: 0, percent: 0 }];
    const text = head({ stages: [back], shares }, { outcome: 'smoke_failed' });
    expect(text).toContain(
      'No traffic had reached the new revision: `ocr-1` serves as before, and this was verified.',
    );
    expect(text).not.toContain('went back');
    const blind = head(
      { stages: [{ ...back, note: 'ocr-1 100 %', answered: undefined }], shares },
      { outcome: 'smoke_failed' },
    );
    expect(blind).toContain('`ocr-1` serves as before.');
  });

  test('if traffic had moved, the summary says that it went back', () => {
    const shares = [
      { at: 0, percent: 0 },
      { at: 10, percent: 5 },
      { at: 20, percent: 0 },
    ];
    expect(head({ stages: [back], shares })).toContain(
      'Traffic went back to `ocr-1` in 0.2 s and was verified.',
    );
  });
});

describe('a login that failed', () => {
  const login = {
    commands: ['gcloud iam update-oidc gh --x="a == \'1\'"', 'gcloud iam describe gh'],
    claims: {},
  };
  const errors = [
    {
      code: 'login-condition-false' as const,
      what: 'The condition rejected this run.',
      fix: 'Look at it first:',
      commands: ['gcloud iam update-oidc gh --x="a == \'1\'"'],
    },
  ];

  test('shows each command once in the summary of a release', () => {
    const report = reportOf({}, { errors, outcome: undefined, verdict: 'inconclusive', evidence: { login } });
    const text = [...(releaseHead(report) ?? []), ...releaseLogin(report)].join('\n');
    expect(text.match(/update-oidc/g)).toHaveLength(1);
    expect(text.match(/describe gh/g)).toHaveLength(1);
    expect(text).toContain('### More to look at');
  });

  test('has each command once in the summary of the auth action', () => {
    const report = newReport('auth');
    Object.assign(report, { errors, evidence: { login } });
    const text = summaryOf(report, authView);
    expect(text.match(/update-oidc/g)).toHaveLength(1);
    expect(text.match(/describe gh/g)).toHaveLength(1);
  });

  test('shows all its commands as the repair if the error has none', () => {
    const report = newReport('auth');
    Object.assign(report, { errors: [], evidence: { login } });
    const text = loginSection(report).join('\n');
    expect(text).toContain('### How to repair it');
    expect(text).toContain('update-oidc');
  });
});

describe('what was built', () => {
  const deploy = {
    plan: {
      changes: [],
      service: ['traffic stays: ocr-1 100 %'],
      iam: [],
      source: { files: 2, bytes: 100 },
    },
    revision: undefined as string | undefined,
    previousRevision: 'ocr-1',
    service: 'ocr',
    url: 'https://x',
    operation: undefined,
    sourceSha256: 'a'.repeat(64),
    traffic: [{ revision: 'ocr-1', percent: 100 }],
    unchanged: false,
    joined: false,
    dryRun: true,
    rules: 'no ignore file',
    files: [],
  };
  const summaryOf = (
    more: object,
    facts: Partial<ReleaseFacts> = {},
    change: Partial<Report<'release'>> = {},
  ) => body(facts, { evidence: { deploy: { ...deploy, ...more } as unknown as DeployEvidence }, ...change });

  test('a build that failed is not called built', () => {
    const text = summaryOf({}, { candidate: undefined });
    expect(text).toContain('<summary>What would have been built</summary>');
    expect(text).not.toContain('What was built');
    expect(text).not.toContain('<details open>');
  });

  test('a dry run without changes does not say what would change', () => {
    const text = summaryOf(
      { unchanged: true, revision: 'ocr-1' },
      { unchanged: true },
      { verdict: 'pass', outcome: 'promoted' },
    );
    expect(text).toContain('<summary>What serves</summary>');
    expect(text).not.toContain('What would change');
  });

  test('the traffic after the build is not called the traffic of now', () => {
    const text = summaryOf(
      { dryRun: false, revision: 'ocr-2' },
      {},
      { verdict: 'pass', outcome: 'promoted' },
    );
    expect(text).toContain('| Traffic after the build | `ocr-1` 100 % |');
  });
});
