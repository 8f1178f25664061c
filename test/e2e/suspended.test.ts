import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runAction } from '../support/run-action.ts';

jest.setTimeout(300_000);

/**
 * The machine sleeps for an hour while a release watches its canary: Google's time and the clock of the machine go on, the
 * monotonic clock stands still. Tokens have expired since, and the log is an hour further.
 */

const hour = 3_600_000;
let sandbox: Sandbox;
let folder: string;
let made = 0;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
  folder = mkdtempSync(join(tmpdir(), 'bs-suspended-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

const source = (responses: object[]): string => {
  const path = mkdtempSync(join(folder, 'source-'));
  writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
  return path;
};
const good = [{ status: 200, body: { text: 'ok' }, latencyMs: 0 }];
const bad = [{ status: 500, latencyMs: 0 }];

const control = (method: string, path: string, body: object) =>
  fetch(`${sandbox.control}${path}`, { method, body: JSON.stringify(body) });

function release(name: string, responses: object[], more: Record<string, string>, sleepsAt?: string) {
  let asleep = sleepsAt !== undefined;
  return runAction('release', {
    timeoutMs: 180_000,
    env: {
      ...sandbox.env,
      GITHUB_WORKSPACE: folder,
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/set-clock.mjs')}`,
      CLOCK_STEPS: JSON.stringify(sleepsAt ? [[sleepsAt, hour]] : []),
    },
    onOutput: (text) => {
      if (!asleep || !text.includes(sleepsAt ?? '')) return;
      asleep = false;
      void control('PATCH', '/settings', { clockOffsetMs: hour });
    },
    inputs: {
      name,
      region: sandbox.region,
      project_id: sandbox.project,
      workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: sandbox.env.SERVICE_ACCOUNT as string,
      invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
      runtime: 'nodejs24',
      source_dir: source(responses),
      slo: 'none',
      smoke_suite: 'none',
      canary: '50%',
      step_duration: '1s',
      duration: '1s',
      github_token: 'token-of-the-job',
      ...more,
    },
  });
}

const watched = {
  slo: '99%',
  source: 'logs',
  poll_interval: '1s',
  step_duration: '60s',
  duration: '60s',
  verify_duration: '0s',
};

test('a bad revision is still found after the sleep, and taken back', async () => {
  const first = await release('asleep', good, {});
  expect(first.code).toBe(0);
  await control('POST', '/load', { function: 'asleep', rps: 20, seconds: 600 });
  const ran = await release('asleep', bad, watched, 'Watch 50 %');
  expect([ran.code, ran.outputs.outcome, ran.outputs.verdict]).toEqual([1, 'rolled_back', 'fail']);
  expect(JSON.parse(ran.outputs.traffic ?? '')).toEqual([{ revision: first.outputs.revision, percent: 100 }]);
  expect(ran.log).toContain('clock steps left: 0');
});
