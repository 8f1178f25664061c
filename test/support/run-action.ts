import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandFile } from '../../scripts/demo/command-file.ts';

export interface ActionRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Everything printed, standard output and error interleaved as they came. */
  log: string;
  outputs: Record<string, string>;
  exported: Record<string, string>;
  state: Record<string, string>;
  summary: string;
  /** The report file, parsed, where one was written. */
  report: Record<string, unknown> | undefined;
  temp: string;
  milliseconds: number;
}

export interface RunOptions {
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** Run the post step with the state of this earlier run. */
  post?: ActionRun;
  cwd?: string;
  /** RUNNER_TEMP to share between steps of one job. */
  temp?: string;
  timeoutMs?: number;
  /** Called with the child, to send signals. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  onOutput?: (text: string) => void;
}

const root = join(import.meta.dirname, '..', '..');

/**
 * Starts an action as the runner does: `node actions/NAME/main.js` on the built bundle with `INPUT_*` and the command
 * files. With GR_FROM_SOURCE=1 it runs from src/ instead, for a quick loop while developing; with GR_BUILT=FOLDER from
 * FOLDER/actions and FOLDER/dist, a bundle that was built elsewhere.
 */
export async function runAction(name: string, options: RunOptions = {}): Promise<ActionRun> {
  const folder = mkdtempSync(join(tmpdir(), 'bs-run-'));
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
  for (const [key, value] of Object.entries(options.inputs ?? {})) env[`INPUT_${key.toUpperCase()}`] = value;
  for (const [key, value] of Object.entries(options.post?.state ?? {})) env[`STATE_${key}`] = value;
  const phase = options.post ? 'post' : 'main';
  const argv = process.env.GR_FROM_SOURCE
    ? [
        '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
        join(root, 'test/support/from-source.mjs'),
        name,
        phase,
      ]
    : [join(process.env.GR_BUILT || root, 'actions', name, `${phase}.js`)];
  const started = performance.now();
  const child = spawn(process.execPath, argv, {
    cwd: options.cwd ?? root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onOutput?.(text);
    });
  options.onStart?.((signal) => child.kill(signal));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  );
  clearTimeout(timer);
  const outputs = readCommandFile(join(folder, 'output'));
  const run: ActionRun = {
    code,
    signal,
    log,
    outputs,
    exported: readCommandFile(join(folder, 'env')),
    state: readCommandFile(join(folder, 'state')),
    summary: readFileSync(join(folder, 'summary'), 'utf8'),
    report: outputs.report
      ? (JSON.parse(readFileSync(outputs.report, 'utf8')) as Record<string, unknown>)
      : undefined,
    temp,
    milliseconds: performance.now() - started,
  };
  rmSync(join(folder, 'output'), { force: true });
  return run;
}
