/**
 * Measures the time from the start of an action's process to its first API call, as a ratio to `node -e 0` in the same run,
 * and `auth` as a whole process on the sandbox (OIDC, STS, impersonation). The rounds alternate between the actions, so
 * that a slow moment of the machine hits all of them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionName } from '../../src/domain/report/report.ts';
import { runnerAt } from './support/first-call.ts';
import { median, range } from './support/median.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'bs-bench-'));
let firstCall: (() => void) | undefined;
const server = createServer(() => firstCall?.());
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { env, inputsFor, inputsOfDeploy, deploys } = runnerAt(folder, url);

function start(
  args: string[],
  extra: Record<string, string> = {},
): { child: ChildProcess; started: number; log: () => string } {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...env, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  return { child, started, log: () => text };
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));

async function bare(): Promise<number> {
  const { child, started } = start(['-e', '0']);
  await ended(child);
  return performance.now() - started;
}

async function toFirstCall(name: string): Promise<number> {
  const action = name in deploys ? 'deploy' : (name as ActionName);
  const given = name in deploys ? inputsOfDeploy(name) : inputsFor(action);
  const { child, started, log } = start([join(root, 'actions', action, 'main.js')], given);
  const over = ended(child);
  const reached = new Promise<number>((resolve) => {
    firstCall = () => resolve(performance.now() - started);
  });
  const result = await Promise.race([reached, over.then(() => undefined)]);
  firstCall = undefined;
  child.kill('SIGKILL');
  await over;
  if (result === undefined) throw new Error(`${action} ended before its first API call:\n${log()}`);
  return result;
}

const actions: ActionName[] = ['auth', 'deploy', 'guard', 'smoke-test', 'watch', 'rollback', 'release'];
const measured = [...actions, ...Object.keys(deploys)];
const times = new Map<string, number[]>(['node -e 0', ...measured].map((name) => [name, []]));
for (let round = -1; round < rounds; round++)
  for (const name of times.keys()) {
    const value = name === 'node -e 0' ? await bare() : await toFirstCall(name);
    if (round >= 0) times.get(name)?.push(value);
  }
const base = times.get('node -e 0') as number[];
console.log(`node -e 0: median ${median(base).toFixed(0)} ms (${range(base)}), ${rounds} rounds`);
for (const name of measured) {
  const values = times.get(name) as number[];
  console.log(
    `${name.padEnd(20)} to its first API call: ${(median(values) / median(base)).toFixed(2)} x  (${range(values)})`,
  );
}
// Each round starts both, a moment apart. So the ratio of a round says more than that of two medians on a busy machine.
const ofFunction = times.get('deploy') as number[];
for (const name of Object.keys(deploys)) {
  const ratios = (times.get(name) as number[]).map((value, round) => value / (ofFunction[round] as number));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((one) => one.toFixed(2));
  console.log(`${name} against that of a function: ${median(ratios).toFixed(2)} x  (${least} to ${most})`);
}
server.close();
server.closeAllConnections();

const sandbox = spawn(process.execPath, [join(root, 'sandbox/main.ts')], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ready = await new Promise<{ env: Record<string, string> }>((resolve, reject) => {
  let text = '';
  sandbox.stdout.on('data', (chunk) => {
    text += chunk;
    if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
  });
  sandbox.on('exit', () => reject(new Error('the sandbox did not start')));
});
const whole: number[] = [];
const alone: number[] = [];
for (let round = -1; round < rounds; round++) {
  const reference = await bare();
  const { child, started, log } = start([join(root, 'actions/auth/main.js')], {
    ...ready.env,
    INPUT_WORKLOAD_IDENTITY_PROVIDER: ready.env.WORKLOAD_IDENTITY_PROVIDER as string,
    INPUT_SERVICE_ACCOUNT: ready.env.SERVICE_ACCOUNT as string,
    INPUT_TOKEN_FORMAT: 'access_token',
    INPUT_PROJECT_ID: ready.env.CLOUDSDK_CORE_PROJECT as string,
  });
  const code = await ended(child);
  if (code !== 0) throw new Error(`auth failed on the sandbox:\n${log()}`);
  if (round >= 0) {
    whole.push(performance.now() - started);
    alone.push(reference);
  }
}
sandbox.kill('SIGTERM');
console.log(
  `auth as a whole process (OIDC, STS, access token of a service account): ${(median(whole) / median(alone)).toFixed(2)} x node -e 0  (${range(whole)} against ${range(alone)})`,
);
rmSync(folder, { recursive: true, force: true });
