import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { writeEntry } from '../../../sandbox/logs/store.ts';
import { writeContainerLine, writeSystemLine } from '../../../sandbox/run/container-log.ts';
import type { Service } from '../../../sandbox/run/model.ts';
import { explainByLog } from '../../../src/actions/logs/explain.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createCommands } from '../../../src/runner/commands.ts';
import { createContext } from '../../../src/runner/context.ts';
import { finish } from '../../../src/runner/finish.ts';
import { createLog } from '../../../src/runner/log.ts';
import { createSecrets } from '../../../src/runner/secrets.ts';
import { type Client, openSandbox } from '../../sandbox/support/client.ts';

/** A failed step, by the runner's own code, explained by what real processes have written. */
jest.setTimeout(300_000);

let client: Client;
let token: string;
let folder: string;
beforeAll(async () => {
  client = await openSandbox({ logLagMs: 0 });
  token = await client.accessToken();
  folder = mkdtempSync(join(tmpdir(), 'bs-logs-'));
});
afterAll(async () => {
  closeConnections();
  await client.sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

let revisions = 0;
/** Runs a program to its end and logs what it wrote, line by line, as Cloud Run does for a container. */
function crash(program: string, file: string, source: string): string {
  const revision = `ocr-api-${String(++revisions).padStart(5, '0')}-abc`;
  const workspace = join(folder, revision, 'workspace');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, file), source);
  const ran = spawnSync(program, [join(workspace, file)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  expect(ran.error).toBeUndefined();
  const { world } = client.sandbox;
  const service = { id: 'ocr-api', location: client.sandbox.region, labels: {} } as Service;
  for (const stream of ['stdout', 'stderr'] as const)
    for (const line of ran[stream].split('\n')) writeContainerLine(world, service, revision, stream, line);
  writeSystemLine(world, service, revision, 'WARNING', `Container called exit(${ran.status ?? 1}).`);
  return revision;
}

interface End {
  printed: string;
  summary: string;
  report: string;
  calls: number;
  took: number;
}

async function fail(revision: string, env: Record<string, string> = {}): Promise<End> {
  const job = mkdtempSync(join(folder, 'job-'));
  const summary = join(job, 'summary');
  writeFileSync(summary, '');
  let printed = '';
  const print = (text: string) => {
    printed += text;
    return true;
  };
  const { write } = process.stdout;
  process.stdout.write = print as typeof write;
  const calls = () => client.sandbox.world.requests.filter(({ api }) => api === 'logging').length;
  const before = calls();
  const started = performance.now();
  try {
    const secrets = createSecrets(() => {});
    const all = { RUNNER_TEMP: job, GITHUB_STEP_SUMMARY: summary, INPUT_NAME: 'ocr-api', ...env };
    const commands = createCommands(all, print);
    const log = createLog(secrets, commands);
    const context = createContext(all, {
      ...{ log, secrets, saveState: () => {}, state: () => '' },
      signal: new AbortController().signal,
    });
    context.inputs.of('deploy');
    context.google = createRest({
      ...{ endpoints: endpoints(client.sandbox.env), clock: context.clock, log, userAgent: 'test' },
      accessToken: async () => token,
      redact: secrets.redact,
    });
    const { project, region } = client.sandbox;
    const report = newReport('deploy', { project, region, name: 'ocr-api', service: 'ocr-api', revision });
    Object.assign(report, { verdict: 'fail', reason: 'It failed.' });
    // The entries are from the time of this run.
    context.startedAt -= 60_000;
    await finish({ report }, context, commands, 'main', {
      // A busy machine needs longer than a user would wait.
      explain: async () => (about, of) => explainByLog(about, of, 60_000),
    });
    const took = performance.now() - started;
    const path = /Report: (\S+)/.exec(printed)?.[1] ?? '';
    return {
      printed,
      took,
      calls: calls() - before,
      summary: readFileSync(summary, 'utf8'),
      report: readFileSync(path, 'utf8'),
    };
  } finally {
    process.stdout.write = write;
    process.exitCode = undefined;
  }
}

const shown = (printed: string) => {
  const all = printed.split('\n');
  const begin = all.findIndex((line) => line.startsWith('What the log of '));
  return begin < 0 ? [] : all.slice(begin + 1);
};

const programs: [what: string, program: string, file: string, source: string, hides: string, word: string][] =
  [
    [
      'Node throws',
      process.execPath,
      'ocr.js',
      "function read(page) {\n  return page.boxes.length;\n}\nconsole.log('reading flamingo');\nread(undefined);\n",
      'TypeError at ocr.js:2',
      'boxes',
    ],
    [
      'Node misses a module',
      process.execPath,
      'main.js',
      "require('./flamingo');\n",
      'A module is missing: Error (MODULE_NOT_FOUND) at main.js:1',
      'flamingo',
    ],
    [
      'a promise of Node is rejected',
      process.execPath,
      'late.js',
      "async function scan() {\n  throw new RangeError('flamingo@example.com');\n}\nscan();\n",
      'RangeError at late.js:2',
      'flamingo',
    ],
    [
      'Python raises with a chain',
      'python3',
      'main.py',
      "def ocr():\n    try:\n        {}['flamingo']\n    except KeyError as error:\n        raise ValueError('flamingo') from error\n\nocr()\n",
      'ValueError at main.py:5',
      'flamingo',
    ],
    [
      'Python misses a module',
      'python3',
      'main.py',
      'import os\nimport flamingo\n',
      'A module is missing: ModuleNotFoundError at main.py:2',
      'flamingo',
    ],
    [
      'Python misses a variable',
      'python3',
      'main.py',
      "import os\nLANG = os.environ['FLAMINGO_LANG']\n",
      'A setting of the environment is missing or wrong: KeyError at main.py:2',
      'FLAMINGO',
    ],
  ];

test.each(programs)('%s', async (_, program, file, source, hides, word) => {
  const revision = crash(program, file, source);
  const { printed, summary, report, calls, took } = await fail(revision);
  expect(shown(printed).slice(0, 3).join('\n')).toContain(hides);
  expect(summary).toContain(hides);
  expect(summary).toContain(`https://console.cloud.google.com/logs/query`);
  expect(JSON.parse(report).evidence.logs).toMatchObject({ shows: 'fields', revision });
  // Not a word of what the process wrote, although the run was on a repository that may be public.
  for (const text of [printed, summary, report]) expect(text).not.toContain(word);
  expect(calls).toBeLessThanOrEqual(3);
  expect(took).toBeLessThan(50_000);
});

test('on a private repository messages are shown, without what is personal', async () => {
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify({ repository: { private: true } }));
  const source = "throw new Error('no box for minsu.kim@example.com 010-1234-5678, ::error::flamingo');\n";
  const revision = crash(process.execPath, 'ocr.js', source);
  const { printed, summary, report } = await fail(revision, { GITHUB_EVENT_PATH: event });
  expect(printed).toContain('no box for ***');
  for (const text of [printed, summary, report]) {
    expect(text).not.toMatch(/minsu|1234-5678/);
    expect(text).not.toMatch(/^::error::flamingo/m);
  }
  const hidden = await fail(revision, { GITHUB_EVENT_PATH: event, INPUT_LOG_TEXT: 'false' });
  expect(hidden.printed).not.toContain('no box');
});

test('with logs: off nothing is read, and a permission that is missing costs only the explanation', async () => {
  const revision = crash(process.execPath, 'ocr.js', "throw new Error('x');\n");
  expect(await fail(revision, { INPUT_LOGS: 'off' })).toMatchObject({ calls: 0 });
  await client.control('POST', '/faults', {
    ...{ api: 'logging', method: 'POST', path: 'entries:list', times: 1 },
    fault: {
      status: 403,
      body: {
        error: {
          ...{ code: 403, status: 'PERMISSION_DENIED' },
          message: "Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
        },
      },
    },
  });
  const { printed, summary, calls } = await fail(revision);
  expect(calls).toBe(1);
  expect(printed).toContain('could not be read');
  expect(printed).toContain('--role=roles/logging.viewer');
  expect(summary).toContain('roles/logging.viewer');
  expect(printed).toContain('Failed: It failed.');
});

test('what a full service takes is read once, however the call ends', async () => {
  const revision = 'ocr-api-00777-abc';
  const { world, region } = client.sandbox;
  const service = { id: 'ocr-api', location: region, labels: {} } as Service;
  const text = 'The request was aborted because there was no available instance.';
  writeSystemLine(world, service, revision, 'WARNING', text);
  const reads = () => world.requests.filter(({ api }) => api === 'run').length;
  const before = reads();
  await client.control('POST', '/faults', { api: 'run', times: 9, fault: { status: 503 } });
  const { printed, calls } = await fail(revision);
  await client.control('DELETE', '/faults');
  expect(printed).toContain('No instance was free');
  expect([calls, reads() - before]).toEqual([1, 1]);
});

test('an answer that is too large, or none of JSON, costs only the explanation', async () => {
  for (const body of ['x'.repeat(3 * 1024 * 1024), 'not JSON', '{"entries":5}', '[]', 'null']) {
    await client.control('POST', '/faults', {
      ...{ api: 'logging', method: 'POST', path: 'entries:list', times: 3 },
      fault: { status: 200, body },
    });
    const { printed, took } = await fail('ocr-api-00999-abc');
    expect(printed).toContain('Failed: It failed.');
    expect(took).toBeLessThan(50_000);
    await client.control('DELETE', '/faults');
  }
});

test('thousands of requests of strangers, each a warning in the log, do not hide why it failed', async () => {
  const revision = crash(process.execPath, 'flood.js', 'null.pages;\n');
  const { world, project } = client.sandbox;
  const labels = { location: client.sandbox.region, service_name: 'ocr-api', revision_name: revision };
  for (let n = 0; n < 5000; n++)
    writeEntry(world, {
      insertId: `stranger-${n}`,
      severity: 'WARNING',
      resource: { type: 'cloud_run_revision', labels: { ...labels, project_id: project } },
      httpRequest: { requestMethod: 'GET', status: n % 2 === 0 ? 403 : 404, latency: '0.001s' },
      timestamp: new Date(world.now()).toISOString(),
      logName: `projects/${project}/logs/run.googleapis.com%2Frequests`,
    });
  const { printed, calls } = await fail(revision);
  expect(shown(printed).slice(0, 3).join(' ')).toContain('TypeError at flood.js:1');
  expect(calls).toBeLessThanOrEqual(3);
});
