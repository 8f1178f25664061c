import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { expectReplay } from '../support/replays.ts';
import { runAction } from '../support/run-action.ts';

/** A release of a version that answers 404 to everybody, while users call the function. */

let sandbox: Sandbox;
let folder: string;
let made = 0;

beforeEach(async () => {
  sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
  folder = mkdtempSync(join(tmpdir(), 'bs-4xx-'));
});
afterEach(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

function release(status: number, more: Record<string, string> = {}) {
  const source = mkdtempSync(join(folder, 'source-'));
  writeFileSync(join(source, 'sandbox.json'), JSON.stringify({ startMs: 0, responses: [{ status }] }));
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
  return runAction('release', {
    env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
    inputs: {
      name: 'ocr',
      region: sandbox.region,
      project_id: sandbox.project,
      workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: sandbox.env.SERVICE_ACCOUNT as string,
      invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
      runtime: 'nodejs24',
      source_dir: source,
      slo: '90%',
      smoke_suite: 'none',
      poll_interval: '2s',
      verify_duration: '0s',
      github_token: 'token-of-the-job',
      ...more,
    },
  });
}

const load = async () => {
  const response = await fetch(`${sandbox.control}/load`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ function: 'ocr', rps: 15 }),
  });
  expect(response.status).toBe(200);
};

test('a canary of it is taken back', async () => {
  expect((await release(200, { canary: 'none', duration: '1s' })).outputs.outcome).toBe('promoted');
  await load();
  const run = await release(404, { canary: '50%', step_duration: '40s', duration: '20s' });
  expect(run.outputs).toMatchObject({ verdict: 'fail', outcome: 'rolled_back' });
  expect(run.code).toBe(1);
  expect(run.outputs.reason).toMatch(
    /answers of ocr-\w+-\w+ were 4xx \(100\.0 %\), most of them HTTP 404 on POST \//,
  );
  expect(run.summary).toMatch(
    /`HTTP 404 on POST \/` is \d+ of the \d+ answers of 4xx\. If callers are meant to get these answers, set `client_errors: ignore`/,
  );
  expectReplay(run.report);
}, 300_000);

test('without a canary it is held', async () => {
  expect((await release(200, { canary: 'none', duration: '1s' })).outputs.outcome).toBe('promoted');
  await load();
  const run = await release(404, { canary: 'none', duration: '8s' });
  expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'held' });
  expect(run.code).toBe(1);
  expect(run.outputs.reason).toMatch(/answers of ocr-\w+-\w+ were 4xx/);
  expectReplay(run.report);
}, 300_000);
