import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { deploy } from '../../../src/actions/deploy/deploy.ts';
import { createContext } from '../../../src/runner/context.ts';
import { createSecrets } from '../../../src/runner/secrets.ts';

/** The action in this process, with a login without a key, before a project in which alerts are open. */

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'bs-deploy-alerts-'));
  writeFileSync(join(folder, 'index.js'), 'exports.ocr = (_, response) => response.end("ok");\n');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox.stop();
});

const control = (path: string, init?: RequestInit) => fetch(`${sandbox.control}${path}`, init);

/** An alert of a policy of this project, on one service. */
async function open(service: string | undefined): Promise<void> {
  const labels = { project_id: sandbox.project, location: 'us-central1', service_name: service };
  const alerts =
    service === undefined
      ? []
      : [
          {
            resource: { type: 'cloud_run_revision', labels },
            policy: { displayName: 'Errors', severity: 'CRITICAL' },
          },
        ];
  const answer = await control('/settings', { method: 'PATCH', body: JSON.stringify({ alerts }) });
  expect(answer.ok).toBe(true);
}

/** Runs until the deploy would begin: a dry run, or one that a block ends before. */
async function run(inputs: Record<string, string>) {
  await control('/requests', { method: 'DELETE' });
  const given = Object.fromEntries(
    Object.entries({
      ...{ name: 'ocr', region: 'us-central1', project_id: sandbox.project, source_dir: folder },
      ...{ entry_point: 'ocr', runtime: 'nodejs24', preflight: 'warn' },
      workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: sandbox.env.SERVICE_ACCOUNT as string,
      ...inputs,
    }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const finished = await deploy(
    createContext(
      { ...sandbox.env, GITHUB_WORKSPACE: folder, ...given },
      {
        log: { line: say, warning: say, debug: () => {}, detail: say },
        signal: new AbortController().signal,
        secrets: createSecrets(() => {}),
        saveState: () => {},
        state: () => '',
      },
    ),
  );
  const seen = (await (await control('/requests')).json()) as unknown;
  const all = (Array.isArray(seen) ? seen : (seen as { requests: unknown[] }).requests) as {
    api: string;
    method: string;
    path: string;
  }[];
  const { verdict, outcome, reason, findings, evidence } = finished.report;
  return {
    ...{ verdict, outcome, reason, evidence, rules: findings.map(({ rule }) => rule) },
    log: lines.join('\n'),
    asked: all.some(({ api, path }) => api === 'monitoring' && path.includes('/alerts')),
    writes: all.filter(({ api, method }) => method !== 'GET' && ['cloudfunctions', 'run'].includes(api)),
  };
}

test('an open alert on the function stops a deploy that asks for it, before any change', async () => {
  await open('ocr');
  const stopped = await run({ on_alert: 'fail' });
  expect([stopped.verdict, stopped.outcome]).toEqual(['fail', 'blocked']);
  expect(stopped.reason).toMatch(/^An alert is open on ocr: .*Errors.*Nothing was changed\.$/);
  expect(stopped.rules).toEqual(['alert-open']);
  expect(stopped.evidence.alerts?.open).toHaveLength(1);
  expect(stopped.writes).toEqual([]);
});

test('the reason of a person, warn and a dry run go on, and the report has the alert', async () => {
  await open('ocr');
  const over = await run({ on_alert: 'fail', alert_override: 'repairs ticket 4711', dry_run: 'true' });
  expect(over.outcome).not.toBe('blocked');
  expect(over.evidence.alerts?.override).toBe('repairs ticket 4711');
  const warned = await run({ on_alert: 'warn', dry_run: 'true' });
  expect([warned.rules.includes('alert-open'), warned.log.includes('An alert is open on ocr')]).toEqual([
    true,
    true,
  ]);
  const plan = await run({ on_alert: 'fail', dry_run: 'true' });
  expect([plan.outcome === 'blocked', plan.log]).toEqual([
    false,
    expect.stringContaining('A deploy would stop: An alert is open on ocr'),
  ]);
});

test('nobody asks unless told to, and an alert on another service stops nothing', async () => {
  await open('ocr');
  expect((await run({ dry_run: 'true' })).asked).toBe(false);
  expect((await run({ on_alert: 'ignore', dry_run: 'true' })).asked).toBe(false);
  await open('other');
  const free = await run({ on_alert: 'fail', dry_run: 'true' });
  expect([free.asked, free.rules.includes('alert-open')]).toEqual([true, false]);
});

test('alerts that cannot be read stop a deploy that asks for them', async () => {
  await open(undefined);
  await control('/faults', {
    method: 'POST',
    body: JSON.stringify({ api: 'monitoring', method: 'GET', nth: 1, fault: { status: 403 } }),
  });
  const stopped = await run({ on_alert: 'fail' });
  expect([stopped.outcome, stopped.rules, stopped.writes]).toEqual(['blocked', ['alerts-unread'], []]);
});

test('a window of freeze comes first', async () => {
  await open('ocr');
  const frozen = await run({ freeze: 'Mon 00:00-Sun 00:00 UTC\nSat 00:00-Tue 00:00 UTC', on_alert: 'fail' });
  expect([frozen.outcome, frozen.rules, frozen.asked]).toEqual(['blocked', ['release-frozen'], false]);
});
