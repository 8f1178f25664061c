import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { sloView } from '../../../src/domain/summary/slo/section.ts';
import { runSlo } from './run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-slo-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const metric = (name: string, query: string) =>
  `${name}: {metricSource: {type: Prometheus, spec: {query: '${query}'}}}`;
const counters = `ratioMetric:
            counter: true
            ${metric('total', 'http_requests_total{revision="$revision"}')}
            ${metric('bad', 'http_requests_total{revision="$revision",code=~"5.."}')}`;
const latency = 'thresholdMetric: {metricSource: {type: CloudRun, spec: {requests: latency}}}';

function file({ target = 0.995, indicator = counters, more = '', service = 'ocr-api' } = {}) {
  writeFileSync(
    join(folder, 'backstay.slo.yaml'),
    `apiVersion: openslo/v1
kind: SLO
metadata: {name: ocr-api}
spec:
  service: ${JSON.stringify(service)}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: requests {{ without }} an error
      target: ${target}${more}
      indicator:
        metadata: {name: availability}
        spec:
          ${indicator}
`,
  );
}

const made = (name: string) => readFileSync(join(folder, 'monitoring', name), 'utf8');

test('generate writes rules and a dashboard; verify finds them equal; a second apply writes nothing', async () => {
  file();
  const first = await runSlo(folder, { mode: 'generate' });
  expect([first.report.verdict, first.outputs]).toEqual([
    'pass',
    { changes: 2, writes: 2, files: 'monitoring/ocr-api.rules.yaml\nmonitoring/ocr-api.grafana.json' },
  ]);
  const { groups } = parse(made('ocr-api.rules.yaml')) as {
    groups: { rules: { alert?: string; annotations?: { summary: string } }[] }[];
  };
  const alerts = groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert));
  expect(alerts).toHaveLength(2);
  // The title of an objective opens no template.
  expect(alerts[0]?.annotations?.summary).not.toContain('{{');
  for (const mode of ['verify', 'apply', 'plan']) {
    const again = await runSlo(folder, { mode });
    expect([mode, again.report.verdict, again.outputs?.writes, again.outputs?.changes]).toEqual([
      mode,
      'pass',
      0,
      0,
    ]);
  }
});

test('a changed objective is told field by field, and apply makes it so', async () => {
  file();
  await runSlo(folder, { mode: 'generate' });
  file({ target: 0.99 });
  const { report, outputs, log } = await runSlo(folder, { mode: 'verify' });
  expect([report.verdict, outputs?.writes]).toEqual(['fail', 0]);
  expect(report.findings.map(({ rule }) => rule)).toEqual(['slo-drift', 'slo-drift']);
  const [rules] = report.evidence.slo?.changes ?? [];
  expect(rules?.fields.map(({ field }) => field)).toContain('groups[0].rules[8].expr');
  expect(log).toContain('0.072');
  expect(log).toContain('0.144');
  const summary = sloView.sections?.flatMap((section) => section(report)).join('\n') ?? '';
  expect(summary).toMatch(/\| 1\.00 % of 30d \| 8m38s \| page at 14\.4× over 1h and 5m/);
  expect((await runSlo(folder, { mode: 'apply' })).outputs?.writes).toBe(2);
  expect((await runSlo(folder, { mode: 'verify' })).report.verdict).toBe('pass');
});

test("somebody else's file is not touched, and neither is the other one", async () => {
  file();
  mkdirSync(join(folder, 'monitoring'));
  writeFileSync(join(folder, 'monitoring', 'ocr-api.rules.yaml'), 'groups: []\n');
  for (const mode of ['generate', 'apply', 'plan', 'verify']) {
    const { report, outputs } = await runSlo(folder, { mode });
    expect([mode, report.verdict, outputs?.writes]).toEqual([mode, 'fail', 0]);
    expect(report.findings[0]?.rule).toBe('slo-foreign');
  }
  expect(made('ocr-api.rules.yaml')).toBe('groups: []\n');
  expect(() => made('ocr-api.grafana.json')).toThrow();
});

test('a link in the place of a file is not followed, also if it leads nowhere yet', async () => {
  file();
  mkdirSync(join(folder, 'monitoring'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'monitoring', 'ocr-api.rules.yaml'));
  const { report, outputs } = await runSlo(folder, { mode: 'generate' });
  expect([report.verdict, outputs?.writes]).toEqual(['fail', 0]);
  expect(() => readFileSync(join(folder, 'elsewhere'))).toThrow();
});

test('a service that is no name of Cloud Run needs the input', async () => {
  file({ service: 'OCR "API"' });
  await expect(runSlo(folder, { mode: 'plan' })).rejects.toThrow(/name.*spec\.service/);
  expect((await runSlo(folder, { mode: 'plan', name: 'ocr_api' })).report.evidence.slo?.service).toBe(
    'ocr-api',
  );
});

test('what Prometheus cannot express is refused with what comes nearest, and nothing is made', async () => {
  file({ indicator: latency, more: '\n      op: lte\n      value: 5' });
  const { report, outputs } = await runSlo(folder, { mode: 'generate' });
  expect([report.verdict, outputs?.writes]).toEqual(['fail', 0]);
  expect(report.findings[0]).toMatchObject({
    rule: 'slo-inexpressible',
    fix: expect.stringContaining('NAME_bucket{le='),
  });
  expect(() => made('ocr-api.grafana.json')).toThrow();
});

test.each([
  ['../elsewhere', 'outside the workspace'],
  ['link/there', 'outside the workspace'],
])('output_dir %s is refused', async (output_dir, why) => {
  file();
  symlinkSync(tmpdir(), join(folder, 'link'));
  await expect(runSlo(folder, { mode: 'generate', output_dir })).rejects.toThrow(why);
});

test('a missing or broken SLO file is a problem of the input, with its place', async () => {
  await expect(runSlo(folder)).rejects.toThrow(/backstay\.slo\.yaml cannot be read/);
  file({ target: 1.5 });
  await expect(runSlo(folder)).rejects.toThrow(/backstay\.slo\.yaml:10:/);
});
