import { describe, expect, test } from '@jest/globals';
import { score } from '../../../src/domain/ocr/score.ts';
import { defaultPolicy } from '../../../src/domain/ocr/units.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { annotationsOf } from '../../../src/domain/smoke/results/annotations.ts';
import { ctrf } from '../../../src/domain/smoke/results/ctrf.ts';
import { findingsOf } from '../../../src/domain/smoke/results/findings.ts';
import { junit } from '../../../src/domain/smoke/results/junit.ts';
import {
  type CaseResult,
  reasonOf,
  type SmokeEvidence,
  verdictOf,
} from '../../../src/domain/smoke/results/result.ts';
import { smokeSummary, smokeView } from '../../../src/domain/summary/smoke/section.ts';

const hostile =
  'x\n::error::pwned\n##[set-output name=a]b <img src=x> | `code` ``` [a](http://evil) @all \u001b[31m \u202e</failure>]]>&\u0000\ud800';
const result = (more: Partial<CaseResult>): CaseResult => ({
  kind: 'case',
  name: 'invoice',
  place: { line: 7, column: 5 },
  status: 'passed',
  flaky: false,
  attempts: ['200'],
  milliseconds: 12,
  failures: [],
  ...more,
});
const evidence = (results: CaseResult[]): SmokeEvidence => ({
  suite: 'ocr',
  file: 'tests/x.smoke.yaml',
  url: 'https://f.example/',
  results,
  coldMs: 900,
  latency: undefined,
  cer: undefined,
  milliseconds: 1500,
});
const run = { endedAt: Date.parse('2026-11-29T12:00:00Z'), host: 'runner-7' };
const wrong = (name: string): CaseResult =>
  result({
    name,
    status: 'failed',
    failures: [{ check: 'cer', what: `1 of 12 characters differ: ${hostile}` }],
    score: score('TOTAL 128.40', 'TOTAL 123.40', defaultPolicy),
    expected: 'TOTAL 128.40',
    recognised: 'TOTAL 123.40',
  });

/** Checks that a runner or a Markdown renderer would act on nothing in this text. */
function harmless(text: string): void {
  for (const line of text.split('\n')) expect(line.trimStart()).not.toMatch(/^::(?!\w+ (title|file)=)/);
  expect(text).not.toContain('##[');
  expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
}

describe('summary', () => {
  test('failures are shown with a diff, and passes are collapsed', () => {
    const text = smokeSummary(
      evidence([result({}), wrong('total'), result({ name: 'b', flaky: true, attempts: ['503', '200'] })]),
    ).join('\n');
    expect(text).toContain('- TOTAL 128.40\n+ TOTAL 123.40\n! TOTAL 12[-8-]{+3+}.40');
    expect(text).toContain('`8` read as `3`');
    expect(text).toContain('<details><summary>2 passed</summary>');
    expect(text).toContain('flaky: 503, 200');
    expect(text.indexOf('total')).toBeLessThan(text.indexOf('<details>'));
  });

  test('hostile text is shown and does no harm', () => {
    const nasty = result({
      name: hostile,
      status: 'failed',
      failures: [{ check: 'contains', what: hostile }],
      recognised: hostile,
      expected: 'x',
      score: score('x', hostile, defaultPolicy),
      note: hostile,
    });
    const text = smokeSummary(evidence([nasty, result({ note: hostile, name: hostile })])).join('\n');
    harmless(text);
    // Markup has no effect inside a fence.
    const outside = text.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '');
    expect(outside).not.toMatch(/<img|\]\(http|@all/);
    // Every fence that opens is closed again, whatever is between.
    for (const fence of text.match(/^`{3,}/gm) ?? []) expect(text.split(`\n${fence}`).length % 2).toBe(1);
  });

  test('hundreds of failures still make a small summary', () => {
    const text = smokeSummary(evidence(Array.from({ length: 500 }, (_, i) => wrong(`case ${i}`)))).join('\n');
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    expect(text).toContain('488 more:');
    expect(text).toMatch(/\| ❌ .* \| 1 of 12 characters differ: .* \| 7 \|/);
    expect(text).toContain('| 388 more in the report | | |');
  });

  test('only a report with a smoke test has the section', () => {
    const report = newReport('smoke-test');
    const shown = () => smokeView.sections?.flatMap((section) => section(report));
    expect(shown()).toEqual([]);
    report.evidence.smoke = evidence([result({})]);
    expect(shown()?.[0]).toContain('### Smoke test');
  });
});

test('a 429 that no instance gave says what the service takes, by the time of the requests that were answered', () => {
  const full = result({
    name: 'full',
    status: 'error',
    unreached: { by: 'capacity', status: 429 },
    failures: [{ check: 'answer', what: 'No instance was free.' }],
  });
  const seen = evidence([
    result({ milliseconds: 700 }),
    result({ milliseconds: 800 }),
    result({ milliseconds: 900 }),
    full,
  ]);
  const [finding] = findingsOf(seen, undefined, { instances: 4, perInstance: 1 });
  expect(finding?.why).toContain(
    'take 4 at once. A request took 0.8 s, so the service answers about 5 a second.',
  );
  expect(finding?.fix).toContain('times 0.8, or make requests shorter');
  expect(findingsOf(seen)[0]?.why).not.toContain('At most');
});

describe('annotations', () => {
  test('eight errors at their lines, and one annotation that counts the rest', () => {
    const annotations = annotationsOf(
      findingsOf(evidence(Array.from({ length: 30 }, (_, i) => wrong(`case ${i}`)))),
    );
    expect(annotations).toHaveLength(9);
    expect(annotations[0]).toMatchObject({
      level: 'error',
      file: 'tests/x.smoke.yaml',
      line: 7,
      title: 'case 0: text differs',
    });
    expect(annotations[8]?.title).toBe('and 22 more failed checks');
    for (const { title, text } of annotations) harmless(`${title}\n${text}`);
  });

  test.each([112, 113, 450])(
    'of %d failures the annotation promises no more than the summary lists',
    (count) => {
      const names = Array.from({ length: count }, (_, i) => `page-${i}-of-many`);
      const seen = evidence(names.map((name) => wrong(name)));
      const last = annotationsOf(findingsOf(seen)).at(-1);
      expect(last?.title).toBe(`and ${count - 8} more failed checks`);
      const report = newReport('smoke-test');
      report.evidence.smoke = seen;
      const summary = smokeView.sections?.flatMap((section) => section(report)).join('\n') ?? '';
      const listed = names.filter((name) => summary.includes(name)).length;
      expect(listed).toBe(Math.min(count, 112));
      expect(last?.text).toBe(
        listed === count
          ? 'They are in the job summary and in the report.'
          : `The report has them all; the job summary lists the first ${listed}.`,
      );
    },
  );

  test('a refused call is explained with the command that repairs it, one for a 401 and another for a 403', () => {
    const refused = (status: number) =>
      result({
        status: 'failed',
        failures: [
          {
            check: 'status',
            what: `Status ${status}.`,
            status,
            expected: '200',
            found: String(status),
          },
        ],
      });
    const call = {
      project: 'my-project',
      region: 'europe-west1',
      service: 'ocr-api',
      audience: 'https://ocr-api.run.app',
      caller: 'invoker@my-project.iam.gserviceaccount.com',
    };
    const [denied, bad] = findingsOf(evidence([refused(403), refused(401)]), call);
    expect(denied?.commands?.[0]).toBe(
      'gcloud run services add-iam-policy-binding ocr-api --project=my-project --region=europe-west1 --member=serviceAccount:invoker@my-project.iam.gserviceaccount.com --role=roles/run.invoker --condition=None',
    );
    expect(denied?.why).toContain('lacks roles/run.invoker');
    expect(bad?.why).toContain('its audience https://ocr-api.run.app');
    expect(bad?.commands?.[0]).toContain('gcloud run services describe ocr-api');
    // Without a token there is no account to name, and a command must not contain placeholders.
    expect(findingsOf(evidence([refused(403)]))[0]?.commands).toBeUndefined();
    expect(findingsOf(evidence([refused(403)]))[0]?.fix).not.toMatch(/gcloud|SERVICE|REGION/);
  });

  test('a flaky pass is a warning', () => {
    const annotations = annotationsOf(
      findingsOf(evidence([result({ flaky: true, attempts: ['503', '200'] })])),
    );
    expect(annotations).toMatchObject([{ level: 'warning', title: 'invoice passed only at attempt 2' }]);
  });
});

describe('JUnit XML', () => {
  test('has totals, properties and places', () => {
    const xml = junit(
      evidence([
        result({ score: score('ab', 'ab', defaultPolicy) }),
        wrong('total'),
        result({ name: 's', status: 'skipped', note: 'why' }),
        result({ name: 'e', status: 'error', note: 'dns' }),
      ]),
      run,
    );
    expect(xml).toContain(
      '<testsuite name="ocr" id="0" package="ocr" timestamp="2026-11-29T11:59:58" hostname="runner-7" tests="4" failures="1" errors="1" skipped="1" time="1.500">',
    );
    expect(xml).toContain(
      '<testcase name="total" classname="ocr.case" time="0.012">\n      <failure message="1 of 12 characters differ: x" type="cer">tests/x.smoke.yaml:7: 1 of 12 characters differ',
    );
    expect(xml).toContain('<property name="total: cer" value="0.083333"/>');
    expect(xml).toContain('<skipped>why</skipped>');
    expect(xml).toContain('<error message="dns" type="no-answer">');
  });

  test('hostile text stays plain text', () => {
    const xml = junit(
      evidence([
        result({
          name: hostile,
          status: 'failed',
          failures: [{ check: 'cer', what: hostile }],
          recognised: hostile,
        }),
      ]),
      run,
    );
    const stripped = xml.replace(
      /<\/?(testsuites|testsuite|testcase|properties|property|failure|system-out|system-err)( [\w-]+="[^"<>]*")*\/?>|<\?xml [^>]*\?>/g,
      '',
    );
    expect(stripped).not.toMatch(/[<>]/);
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff]/);
    for (const [, name] of xml.matchAll(/<(\w[\w-]*)[ >]/g))
      expect(xml.split(`<${name}`).length).toBeGreaterThan(1);
    expect(xml.match(/&(?!amp;|lt;|gt;|quot;|#10;|#13;|#9;)/)).toBeNull();
  });
});

describe('CTRF', () => {
  const closed = {
    test: [
      'name',
      'status',
      'duration',
      'suite',
      'rawStatus',
      'type',
      'filePath',
      'line',
      'message',
      'retries',
      'flaky',
      'retryAttempts',
      'extra',
    ],
    summary: [
      'tests',
      'passed',
      'failed',
      'skipped',
      'pending',
      'other',
      'flaky',
      'suites',
      'start',
      'stop',
      'duration',
      'extra',
    ],
  };
  test('has only keys and types of the published schema', () => {
    const report = JSON.parse(
      JSON.stringify(
        ctrf(
          evidence([
            wrong('a'),
            result({ flaky: true, attempts: ['503', '200'] }),
            result({ status: 'error', note: 'dns' }),
          ]),
          1_800_000_000_000,
        ),
      ),
    ) as {
      results: { summary: Record<string, unknown>; tests: Record<string, unknown>[] };
    };
    const { summary, tests } = report.results;
    expect(report).toMatchObject({
      reportFormat: 'CTRF',
      specVersion: '0.1.0',
      timestamp: '2027-01-15T08:00:00.000Z',
    });
    expect(Object.keys(summary).filter((key) => !closed.summary.includes(key))).toEqual([]);
    for (const test of tests)
      expect(Object.keys(test).filter((key) => !closed.test.includes(key))).toEqual([]);
    expect(summary).toMatchObject({
      tests: 3,
      passed: 1,
      failed: 1,
      other: 1,
      flaky: 1,
      start: 1_799_999_998_500,
    });
    expect(tests[1]).toMatchObject({
      status: 'passed',
      flaky: true,
      retries: 1,
      retryAttempts: [{ attempt: 1, status: 'failed', message: '503' }],
    });
    expect(tests.every((test) => Number.isInteger(test.duration))).toBe(true);
  });
});

describe('verdict and reason', () => {
  const skipped = result({ status: 'skipped' });
  test.each([
    [[result({})], 'pass', '1 check passed.'],
    [[result({}), skipped], 'pass', '1 check passed.'],
    [[skipped], 'inconclusive', 'Every check was skipped, so nothing is known.'],
    [
      [result({}), result({ status: 'error', name: 'e', note: 'no name' })],
      'inconclusive',
      '1 of 2 checks got no answer: e: no name',
    ],
    [
      [
        result({ status: 'error' }),
        result({
          status: 'failed',
          name: 'f',
          failures: [{ check: 'status', what: 'It was 500.', status: 500, expected: '200', found: '500' }],
        }),
      ],
      'fail',
      '1 of 2 checks failed: f: It was 500.',
    ],
  ] as const)('%#', (results, verdict, reason) => {
    expect(verdictOf([...results])).toBe(verdict);
    expect(reasonOf(evidence([...results]))).toBe(reason);
  });
});
