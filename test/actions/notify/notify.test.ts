import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { tellEnd } from '../../../src/actions/notify/notify.ts';
import { tellStart } from '../../../src/actions/notify/start.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { createCommands } from '../../../src/runner/commands.ts';
import { createContext } from '../../../src/runner/context.ts';
import { finish } from '../../../src/runner/finish.ts';
import { createLog } from '../../../src/runner/log.ts';
import { createSecrets } from '../../../src/runner/secrets.ts';
import { until } from '../../support/hold-call.ts';

/** The end of a step with webhooks, by the runner's own code. */
jest.setTimeout(300_000);
const secretPath = '/services/T0000/aBcDeFgHiJkLmNoP0123';
let server: Server;
let base: string;
let folder: string;
const got: Record<string, string>[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bs-notify-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      got.push(JSON.parse(body));
      if (!request.url?.endsWith('/hangs')) response.end('ok');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${secretPath}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  rmSync(folder, { recursive: true, force: true });
});

/** Ends a release that was promoted, and returns what it printed and how long that took. */
async function end(inputs: Record<string, string>, reason = 'ocr-api-2 serves 100 %.') {
  got.length = 0;
  let printed = '';
  const masked: string[] = [];
  const secrets = createSecrets((value) => void masked.push(value));
  const env: Record<string, string> = { RUNNER_TEMP: folder };
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
  const print = (text: string) => {
    printed += text;
    return true;
  };
  const commands = createCommands(env, print);
  const { write } = process.stdout;
  process.stdout.write = print as typeof write;
  const started = performance.now();
  try {
    const log = createLog(secrets, commands);
    const { signal } = new AbortController();
    const context = createContext(env, { log, signal, secrets, saveState: () => {}, state: () => '' });
    // Nothing waits for it.
    expect(tellStart(context, 'release', { name: 'ocr-api' })).toBeUndefined();
    const report = newReport('release', { name: 'ocr-api' });
    Object.assign(report, { verdict: 'pass', outcome: 'promoted', reason });
    await finish({ report }, context, commands, 'main', { tell: async () => tellEnd });
    return { printed, masked, took: performance.now() - started, exitCode: process.exitCode };
  } finally {
    process.stdout.write = write;
    process.exitCode = undefined;
  }
}

test('tells the start and the end, and its URL is masked and never printed', async () => {
  const { printed, masked } = await end({ notify: `json ${base}/good` });
  await until(() => got.length >= 2);
  expect(got.map(({ event }) => event).sort()).toEqual(['ended', 'started']);
  expect(got.find(({ event }) => event === 'ended')).toMatchObject({ outcome: 'promoted', verdict: 'pass' });
  expect(masked).toContain(`${base}/good`);
  expect(printed).not.toContain(secretPath);
});

test('a webhook that hangs delays the end by its deadline, and changes neither the verdict nor the last line', async () => {
  const { printed, took, exitCode } = await end({ notify: `slack ${base}/hangs` });
  expect(took).toBeLessThan(60_000);
  expect(exitCode).toBe(0);
  expect(printed).toContain('slack at 127.0.0.1');
  expect(printed).toContain('gave no answer in time');
  expect(printed).not.toContain('aBcDeFgHiJkLmNoP0123');
  expect(printed.trim().split('\n').at(-1)).toContain('Released: ocr-api-2 serves 100 %.');
});

test('a secret of the run does not reach a chat', async () => {
  await end({ notify: `json ${base}/good` }, `It said ${base}/good once more.`);
  await until(() => got.length >= 2);
  expect(got).toHaveLength(2);
  expect(JSON.stringify(got)).not.toContain('aBcDeFgHiJkLmNoP0123');
});

test.each([{ dry_run: 'true' }, { notify: '' }, { notify: 'nonsense' }])(
  '%j tells nobody',
  async (inputs) => {
    const { exitCode } = await end({ notify: `json ${base}/good`, ...inputs });
    expect([got, exitCode]).toEqual([[], 0]);
  },
);
