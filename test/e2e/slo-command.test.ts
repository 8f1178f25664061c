import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-slo-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counter = (name: string, labels: string) =>
  `${name}: {metricSource: {type: Prometheus, spec: {query: 'requests_total{revision="$revision"${labels}}'}}}`;
const slo = (target: number) => `apiVersion: openslo/v1
kind: SLO
metadata: {name: ocr-api}
spec:
  service: ocr-api
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: ${target}
      indicator:
        metadata: {name: availability}
        spec: {ratioMetric: {counter: true, ${counter('total', '')}, ${counter('bad', ',code=~"5.."')}}}
`;

test('the verb makes the files, finds them changed, and needs no login for that', async () => {
  writeFileSync(join(folder, 'backstay.slo.yaml'), slo(0.995));
  const run = (...argv: string[]) =>
    runCli(['slo', ...argv, '--output-dir', 'deploy/monitoring'], { cwd: folder });
  const made = await run('--mode', 'generate');
  expect([made.code, made.err]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(made.out).toContain('+ file ocr-api.rules.yaml');
  expect(readFileSync(join(folder, 'deploy/monitoring/ocr-api.grafana.json'), 'utf8')).toContain(
    '"schemaVersion"',
  );
  expect((await run('--mode', 'verify')).code).toBe(0);
  writeFileSync(join(folder, 'backstay.slo.yaml'), slo(0.99));
  const drift = await run('--mode', 'verify', '--json');
  expect(drift.code).toBe(1);
  expect(JSON.parse(drift.out)).toMatchObject({
    action: 'slo',
    verdict: 'fail',
    evidence: { slo: { writes: 0 } },
  });
});
