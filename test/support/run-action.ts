import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionArgv } from '../../scripts/demo/action-argv.ts';
import { readCommandFile } from '../../scripts/demo/command-file.ts';
import { checkReplay } from '../../scripts/gallery/replayed.ts';

export interface ActionRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Everything printed to standard output and standard error, in the order in which it arrived. */
  log: string;
  /** For a post step: the outputs of both steps, as seen by a runner that lets a post step add outputs to those of its main step. */
  outputs: Record<string, string>;
  /** The file behind `outputs`. */
  outputFile: string;
  exported: Record<string, string>;
  state: Record<string, string>;
  summary: string;
  /** The parsed report file, if one was written. */
  report: Record<string, unknown> | undefined;
  temp: string;
  milliseconds: number;
}

export interface RunOptions {
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** Runs the post step with the state of this earlier run. */
  post?: ActionRun;
  cwd?: string;
  /** A RUNNER_TEMP that the steps of one job share. */
  temp?: string;
  timeoutMs?: number;
  /** The log goes to this file or device. It is then empty in the result. */
  logFile?: string;
  /** The reader of the log goes away as soon as the log holds this text. */
  hangUpAt?: string;
  /** Other paths for the runner's command files, such as a device. */
  files?: Record<string, string>;
  /** Program and arguments that start the action, for example as another user. Every user may then write its files. */
  under?: string[];
  /** Called with a function that sends the action a signal. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  onOutput?: (text: string) => void;
}

const root = join(import.meta.dirname, '..', '..');

const folders: string[] = [];
const removeFolders = () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
};
// Tests look into a run's temporary folder after the run, so it stays until the test file, or a script, has ended.
if (process.env.JEST_WORKER_ID === undefined) process.on('exit', removeFolders);
else (await import('@jest/globals')).afterAll(removeFolders);

/**
 * Starts an action as the runner does: `node actions/NAME/main.js` with `INPUT_*` and the command files. `actionArgv` says
 * how to run the sources or another bundle instead.
 */
export async function runAction(name: string, options: RunOptions = {}): Promise<ActionRun> {
  const folder = mkdtempSync(join(tmpdir(), 'bs-run-'));
  folders.push(folder);
  const temp = options.temp ?? join(folder, 'temp');
  mkdirSync(temp, { recursive: true });
  const files = {
    GITHUB_OUTPUT: 'output',
    GITHUB_STATE: 'state',
    GITHUB_ENV: 'env',
    GITHUB_PATH: 'path',
    GITHUB_STEP_SUMMARY: 'summary',
  };
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: options.cwd ?? root,
    GITHUB_REPOSITORY: 'acme/ocr',
    GITHUB_RUN_ID: '1001',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: '7f3c9a1000000000000000000000000000000000',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SERVER_URL: 'https://github.com',
    RUNNER_TEMP: temp,
    ...options.env,
  };
  for (const [key, file] of Object.entries(files)) {
    const path = join(folder, file);
    writeFileSync(path, '');
    env[key] = path;
  }
  Object.assign(env, options.files);
  const outputFile = options.post?.outputFile ?? join(folder, 'output');
  env.GITHUB_OUTPUT = options.files?.GITHUB_OUTPUT ?? outputFile;
  for (const [key, value] of Object.entries(options.inputs ?? {})) env[`INPUT_${key.toUpperCase()}`] = value;
  for (const [key, value] of Object.entries(options.post?.state ?? {})) env[`STATE_${key}`] = value;
  const phase = options.post ? 'post' : 'main';
  const started = performance.now();
  const { under = [] } = options;
  if (under.length > 0)
    for (const path of [folder, temp, ...Object.keys(files).map((key) => env[key] ?? '')])
      chmodSync(path, 0o777);
  const [file = process.execPath, ...args] = [...under, process.execPath, ...actionArgv(name, phase)];
  const child = spawn(file, args, {
    cwd: options.cwd ?? root,
    env,
    stdio: ['ignore', options.logFile ? openSync(options.logFile, 'w') : 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (options.hangUpAt && log.includes(options.hangUpAt))
        for (const end of [child.stdout, child.stderr]) end?.destroy();
      options.onOutput?.(text);
    });
  options.onStart?.((signal) => child.kill(signal));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 110_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  );
  clearTimeout(timer);
  const outputs = readCommandFile(outputFile);
  const report = outputs.report
    ? (JSON.parse(readFileSync(outputs.report, 'utf8')) as Record<string, unknown>)
    : undefined;
  // A later replay of the report must come to the same verdict and next step.
  checkReplay(report, outputs.next);
  return {
    code,
    signal,
    log,
    outputs,
    outputFile,
    exported: readCommandFile(join(folder, 'env')),
    state: readCommandFile(join(folder, 'state')),
    summary: readFileSync(join(folder, 'summary'), 'utf8'),
    report,
    temp,
    milliseconds: performance.now() - started,
  };
}
