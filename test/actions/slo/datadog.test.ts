import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { startDatadog } from '../../../sandbox/monitors/datadog.ts';
import { runSlo } from './run.ts';

/** The action with keys of Datadog, against a stand-in of its API. */

let sandbox: Sandbox;
let datadog: Awaited<ReturnType<typeof startDatadog>>;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  datadog = await startDatadog({ now: Date.now });
  datadog.apiKeys.add('an-api-key');
  datadog.appKeys.set('an-app-key', {
    scopes: ['slos_read', 'slos_write', 'monitors_read', 'monitors_write'],
  });
  folder = mkdtempSync(join(tmpdir(), 'bs-slo-datadog-'));
  const example = readFileSync(join(import.meta.dirname, '../../../examples/backstay.slo.yaml'), 'utf8');
  // The objective about the time to answer is not for Datadog.
  writeFileSync(
    join(folder, 'backstay.slo.yaml'),
    example.slice(0, example.indexOf('    - displayName: answers within')),
  );
  copyFileSync(
    join(import.meta.dirname, '../../../examples/backstay.slo.yaml'),
    join(folder, 'both.slo.yaml'),
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([sandbox?.stop(), datadog?.close()]);
});

const counts = {
  datadog_total: 'sum:trace.http.request.hits{service:$service,version:$revision}',
  datadog_bad: 'sum:trace.http.request.errors{service:$service,version:$revision}',
};
const run = (inputs: Record<string, string>) =>
  runSlo(folder, { system: 'datadog', ...counts, ...inputs }, { ...sandbox.env, DATADOG_HOST: datadog.url });
const keys = {
  datadog_api_key: 'an-api-key',
  datadog_app_key: 'an-app-key',
  datadog_notify: '@pagerduty-ocr',
};

test('generate needs no keys; apply makes SLO and monitors over all revisions; a second one writes nothing', async () => {
  const made = await run({ mode: 'generate' });
  expect([made.report.verdict, made.outputs?.files]).toEqual(['pass', 'monitoring/ocr-api.datadog.json']);
  const applied = await run({ mode: 'apply', ...keys });
  expect([applied.report.verdict, applied.outputs?.writes]).toEqual(['pass', 4]);
  const [slo] = [...datadog.objects.slos.values()];
  expect(slo?.query).toEqual({
    numerator:
      'sum:trace.http.request.hits{service:ocr-api,version:*}.as_count() - sum:trace.http.request.errors{service:ocr-api,version:*}.as_count()',
    denominator: 'sum:trace.http.request.hits{service:ocr-api,version:*}.as_count()',
  });
  expect(await run({ mode: 'apply', ...keys })).toMatchObject({
    report: { verdict: 'pass' },
    outputs: { writes: 0 },
  });
  expect(JSON.stringify(applied)).not.toContain('an-app-key');
});

test('an objective of the file that names its own counts in Datadog needs no inputs for them', async () => {
  const metric = (name: string) =>
    `{metricSource: {type: Datadog, spec: {query: 'sum:ocr.${name}{service:$service,version:$revision}'}}}`;
  writeFileSync(
    join(folder, 'own.slo.yaml'),
    `apiVersion: openslo/v1
kind: SLO
metadata: {name: own}
spec:
  service: ocr-api
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.99
      indicator:
        metadata: {name: availability}
        spec: {ratioMetric: {counter: true, total: ${metric('all')}, bad: ${metric('bad')}}}
`,
  );
  const inputs = { mode: 'apply', slo_file: 'own.slo.yaml', datadog_total: '', datadog_bad: '', ...keys };
  expect((await run(inputs)).report.verdict).toBe('pass');
  const slo = [...datadog.objects.slos.values()].find(({ tags }) =>
    String(tags).includes('backstay_slo:own'),
  );
  expect(slo?.query).toMatchObject({ denominator: 'sum:ocr.all{service:ocr-api,version:*}.as_count()' });
});

test('an objective about the time to answer is refused, and nothing is made', async () => {
  const { report, outputs } = await run({ mode: 'apply', slo_file: 'both.slo.yaml', ...keys });
  expect([report.verdict, outputs?.writes, report.findings[0]?.rule]).toEqual([
    'fail',
    0,
    'slo-inexpressible',
  ]);
});

test.each<[what: string, inputs: Record<string, string>, why: RegExp]>([
  ['no keys', { mode: 'plan' }, /datadog_api_key/],
  ['no count', { mode: 'generate', datadog_bad: '' }, /datadog_bad/],
  ['a count with a function', { mode: 'generate', datadog_bad: 'avg:x{y}' }, /datadog_bad/],
])('%s is a problem of the input', async (_, inputs, why) => {
  await expect(run(inputs)).rejects.toThrow(why);
});

test('keys without the scopes are refused, with the scopes by name', async () => {
  datadog.appKeys.set('poor', { scopes: ['timeseries_query'] });
  await expect(run({ mode: 'plan', ...keys, datadog_app_key: 'poor' })).rejects.toMatchObject({
    fix: expect.stringContaining('slos_write'),
  });
});
