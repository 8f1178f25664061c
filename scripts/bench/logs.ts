/**
 * Measures what the explanation of a failed action costs: the code that every action runs when it has failed, against the sandbox, whose
 * Cloud Logging and Cloud Run answer after a delay, refuse, or never answer. Bounds: 3 calls and 3 s, whatever was logged.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainByLog } from '../../src/actions/logs/explain.ts';
import { newReport } from '../../src/domain/report/report.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createRest } from '../../src/http/rest.ts';
import { closeConnections } from '../../src/http/send.ts';
import { createCommands } from '../../src/runner/commands.ts';
import { createContext } from '../../src/runner/context.ts';
import { createLog } from '../../src/runner/log.ts';
import { createSecrets } from '../../src/runner/secrets.ts';
import { startSandbox } from '../demo/sandbox.ts';
import { median } from './support/median.ts';

const rounds = Number(process.env.ROUNDS ?? 5);
const bounds = { calls: 3, milliseconds: 3000 };
const trace =
  'Traceback (most recent call last):\n  File "/workspace/main.py", line 4, in ocr\n    page.boxes\nAttributeError: x';
const full = 'The request was aborted because there was no available instance.';

/** What the service logs. `late`: the entries can be read only so many milliseconds after the failure. */
const failures: { name: string; texts: string[]; late?: number }[] = [
  { name: 'an exception', texts: [trace] },
  { name: 'an exception, read 1 s late', texts: [trace], late: 1000 },
  { name: 'no free instance', texts: [full] },
  { name: 'both', texts: [trace, full] },
  { name: 'nothing', texts: [] },
];
const answers: { name: string; fault?: object }[] = [
  { name: 'at once' },
  ...[100, 300, 1000, 2000].map((delayMs) => ({ name: `after ${delayMs} ms`, fault: { delayMs } })),
  { name: 'never', fault: { hang: true } },
  { name: '503', fault: { status: 503 } },
];

const sandbox = await startSandbox(['--log-lag-ms', '0']);
const folder = mkdtempSync(join(tmpdir(), 'bs-bench-logs-'));
const token = readFileSync(sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
const { accessToken: owner } = await sandbox.control<{ accessToken: string }>('POST', '/tokens', {
  member: 'user:owner@example.com',
});
let revisions = 0;

async function write(revision: string, texts: readonly string[]): Promise<void> {
  const { project, region, env } = sandbox;
  const labels = { project_id: project, location: region, service_name: 'ocr-api', revision_name: revision };
  const entries = texts.map((textPayload) => ({
    ...{ severity: 'ERROR', textPayload, timestamp: new Date().toISOString() },
    logName: `projects/${project}/logs/run.googleapis.com%2Fstderr`,
    resource: { type: 'cloud_run_revision', labels },
  }));
  if (entries.length === 0) return;
  const answer = await fetch(`${env.GHA_ENDPOINT_OVERRIDE_logging}/entries:write`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ entries }),
  });
  if (!answer.ok) throw new Error(`the sandbox wrote no entry: ${await answer.text()}`);
}

/** One failed run of an action: what it asked, for how long, and what it found. */
async function explain(revision: string): Promise<{ calls: number; took: number; first: string }> {
  const env = { RUNNER_TEMP: folder, GITHUB_STEP_SUMMARY: join(folder, 'summary'), INPUT_NAME: 'ocr-api' };
  writeFileSync(env.GITHUB_STEP_SUMMARY, '');
  let calls = 0;
  const secrets = createSecrets(() => {});
  const log = createLog(
    secrets,
    createCommands(env, () => true),
  );
  const context = createContext(env, {
    ...{ log, secrets, saveState: () => {}, state: () => '' },
    signal: new AbortController().signal,
  });
  context.inputs.of('deploy');
  context.google = createRest({
    ...{ endpoints: endpoints(sandbox.env), clock: context.clock, log, userAgent: 'bench' },
    // It is asked for once for each request.
    accessToken: async () => {
      calls++;
      return token;
    },
    redact: secrets.redact,
  });
  context.startedAt -= 60_000;
  const { project, region } = sandbox;
  const report = newReport('deploy', { project, region, name: 'ocr-api', service: 'ocr-api', revision });
  const { write: print } = process.stdout;
  process.stdout.write = (() => true) as typeof print;
  const started = performance.now();
  try {
    await explainByLog(context, report);
  } finally {
    process.stdout.write = print;
  }
  const took = performance.now() - started;
  const { logs } = report.evidence;
  const first = logs?.unreadable ? 'unreadable' : (logs?.groups[0]?.lines[0]?.kind ?? 'nothing');
  return { calls, took, first };
}

async function measure(failure: (typeof failures)[number], fault: object | undefined) {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    const revision = `ocr-api-${String(++revisions).padStart(5, '0')}-abc`;
    await sandbox.control('PATCH', '/settings', { logLagMs: failure.late ?? 0 });
    await write(revision, failure.texts);
    for (const api of ['logging', 'run'])
      if (fault) await sandbox.control('POST', '/faults', { api, times: 20, fault });
    found.push(await explain(revision));
    await sandbox.control('DELETE', '/faults');
  }
  return found;
}

try {
  await explain('ocr-api-00000-abc');
  console.log(`${'logged'.padEnd(29)} ${'answered'.padEnd(13)} calls   median     most   what comes first`);
  for (const failure of failures)
    for (const { name, fault } of answers) {
      const found = await measure(failure, fault);
      const times = found.map(({ took }) => took);
      const [calls, most] = [Math.max(...found.map((one) => one.calls)), Math.max(...times)];
      console.log(
        `${failure.name.padEnd(29)} ${name.padEnd(13)} ${String(calls).padStart(5)} ${median(times).toFixed(0).padStart(5)} ms ${most.toFixed(0).padStart(5)} ms   ${[...new Set(found.map(({ first }) => first))].join(', ')}`,
      );
      if (calls > bounds.calls || most > bounds.milliseconds) process.exitCode = 1;
    }
  console.log(`bounds: ${bounds.calls} calls, ${bounds.milliseconds} ms; ${rounds} rounds`);
} finally {
  closeConnections();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
}
