import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Ready } from '../../sandbox/core/types.ts';
import { parseOptions, usage } from '../../sandbox/options.ts';

const main = join(import.meta.dirname, '../../sandbox/main.ts');

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(
  argv: string[],
  env: NodeJS.ProcessEnv = process.env,
): { child: ChildProcess; line: Promise<string>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let out = '';
  let err = '';
  const line = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, line, ended };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints one JSON line when it is ready; %s stops it and leaves nothing behind',
  async (signal) => {
    const temp = mkdtempSync(join(tmpdir(), 'bs-main-test-'));
    const { child, line, ended } = start([], { ...process.env, TMPDIR: temp });
    const ready = JSON.parse(await line) as Ready;
    expect(ready).toMatchObject({ ready: true, project: 'sandbox-project', region: 'us-central1' });
    const tokenFile = ready.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string;
    expect(existsSync(tokenFile)).toBe(true);
    expect(dirname(dirname(tokenFile))).toBe(temp);
    child.kill(signal);
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([0, '']);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(temp)).toEqual([]);
    rmSync(temp, { recursive: true });
    await expect(fetch(`${ready.control}/state`)).rejects.toThrow();
  },
);

test("the line has everything that our actions, Google's actions and gcloud need", async () => {
  const { child, line, ended } = start(['--project', 'p1', '--project-number', '123']);
  const { env } = JSON.parse(await line) as Ready;
  child.kill('SIGTERM');
  await ended;
  for (const [name, form] of Object.entries({
    GHA_ENDPOINT_OVERRIDE_cloudfunctions: /^http:\/\/127\.0\.0\.1:\d+\/v2$/,
    GHA_ENDPOINT_OVERRIDE_run: /\/v2$/,
    GHA_ENDPOINT_OVERRIDE_iam: /\/v1$/,
    GHA_ENDPOINT_OVERRIDE_iamcredentials: /\/v1$/,
    GHA_ENDPOINT_OVERRIDE_sts: /\/v1$/,
    ACTIONS_ID_TOKEN_REQUEST_URL: /\/token\?api-version=2\.0$/,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: /.{20}/,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDFUNCTIONS: /^http:\/\/127\.0\.0\.1:\d+\/$/,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: /\d\/$/,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_SERVICEUSAGE: /\d\/$/,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER: /\d\/$/,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: /\d\/$/,
    CLOUDSDK_CORE_PROJECT: /^p1$/,
    WORKLOAD_IDENTITY_PROVIDER:
      /^projects\/123\/locations\/global\/workloadIdentityPools\/github\/providers\/gh$/,
    SERVICE_ACCOUNT: /^deployer@p1\.iam\.gserviceaccount\.com$/,
    INVOKER_SERVICE_ACCOUNT: /^invoker@/,
    READER_SERVICE_ACCOUNT: /^reader@/,
    GITHUB_API_URL: /^http:\/\/127/,
  }))
    expect([name, env[name]]).toEqual([name, expect.stringMatching(form)]);
});

test('with --until-stdin-ends it ends with its parent, however the parent dies', async () => {
  const temp = mkdtempSync(join(tmpdir(), 'bs-main-test-'));
  const code = `const c = require('node:child_process').spawn(process.execPath, [${JSON.stringify(main)}, '--until-stdin-ends'], { stdio: ['pipe', 'inherit', 'ignore'], detached: true }); setInterval(() => {}, 1000)`;
  const parent = spawn(process.execPath, ['-e', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TMPDIR: temp },
  });
  await new Promise<void>((resolve) => parent.stdout.once('data', () => resolve()));
  // The sandbox has inherited the pipe, so the pipe closes only after the sandbox has ended too.
  const over = new Promise<void>((resolve) => parent.stdout.on('close', () => resolve()));
  parent.kill('SIGKILL');
  await over;
  expect(readdirSync(temp)).toEqual([]);
  rmSync(temp, { recursive: true });
});

test('a port in use ends it with one sentence and no folder', async () => {
  const temp = mkdtempSync(join(tmpdir(), 'bs-main-test-'));
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  const { port } = blocker.address() as AddressInfo;
  const { code, out, err } = await start(['--ports', `sts=${port}`], { ...process.env, TMPDIR: temp }).ended;
  blocker.close();
  expect([code, out]).toEqual([1, '']);
  expect(err).toBe(
    `The sandbox did not start: Port ${port} is in use. Choose another one with --ports NAME=PORT, or leave the option out to get a free port.\n`,
  );
  expect(readdirSync(temp)).toEqual([]);
  rmSync(temp, { recursive: true });
});

test.each([
  [['--nope'], /^Unknown option "--nope"; known are --log-lag-ms/],
  [['--project'], /^--project needs a value\.$/],
  [['--build-ms', 'fast'], /^--build-ms "fast" is wrong: expected milliseconds/],
  [['--ports', 'run'], /^--ports "run" is wrong: expected NAME=VALUE/],
  [['--ports', 'run=70000'], /expected a port from 0 to 65535/],
  [['--quirk', 'x=true'], /^--quirk "x" is unknown; known are functionPatchKeepsPin/],
  [['--quirk', 'functionPatchKeepsPin=no'], /expected true or false/],
])('option %j is refused', (argv, text) => {
  expect(() => parseOptions(argv)).toThrow(text);
});

test('options become settings of the same name', () => {
  const argv = [
    '--project',
    'p',
    '--log-lag-ms',
    '5',
    '--ports',
    'run=1,control=0',
    '--quirk',
    'tagHostIsAudience=false',
    '--sample-reachability',
    '--empty',
  ];
  expect(parseOptions(argv)).toEqual({
    project: 'p',
    logLagMs: 5,
    ports: { run: 1, control: 0 },
    quirks: { tagHostIsAudience: false },
    sampleReachability: true,
    empty: true,
  });
});

test('npm passes the options on', () => {
  const run = spawnSync('npm', ['run', '-s', 'sandbox', '--', '--help'], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 30_000,
  });
  expect(run.stdout).toBe(`${usage}\n`);
}, 300_000);
