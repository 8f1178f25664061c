import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionArgv } from './action-argv.ts';
import { readCommandFile } from './command-file.ts';

/** The part of a report that the demo reads. */
export interface DemoReport {
  verdict: string;
  outcome?: string;
  reason: string;
  timings: { stage: string; seconds: number; verdict: string; note?: string }[];
  actions_taken: { at: string; what: string; kind?: string }[];
}

export interface StepResult {
  code: number | null;
  outputs: Record<string, string>;
  report: DemoReport | undefined;
  seconds: number;
}

const root = join(import.meta.dirname, '..', '..');
const running = new Set<ChildProcess>();

/** Passes a signal to the running actions, as a runner does. Returns false if none is running. */
export function interrupt(signal: NodeJS.Signals): boolean {
  return [...running].map((child) => child.kill(signal)).includes(true);
}

export interface RunnerOptions {
  /** The action that the step uses. Default: `release`. */
  action?: string;
  /** The folder that the job has checked out. Default: this repository. */
  workspace?: string;
  /** Called when the main step has started, with a function that sends it a signal. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

async function run(
  phase: 'main' | 'post',
  env: Record<string, string>,
  print: (line: string) => void,
  { action = 'release', workspace = root, onStart }: RunnerOptions,
): Promise<number | null> {
  // The action runs in its own process group, so that Ctrl-C reaches only the demo, which passes it on.
  const child = spawn(process.execPath, actionArgv(action, phase), {
    cwd: workspace,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  onStart?.((signal) => child.kill(signal));
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(print);
    });
    stream.on('end', () => rest && print(rest));
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
  running.delete(child);
  return code;
}

/**
 * Runs the built root action, or another one, as a runner does: the main step, then the post step if the action has one, with `INPUT_*` and
 * the command files. Writes summary, report and log to `folder`.
 */
export async function runRelease(
  folder: string,
  inputs: Record<string, string>,
  extra: Record<string, string>,
  print: (line: string) => void,
  options: RunnerOptions = {},
): Promise<StepResult> {
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    print(line);
  };
  const fixed: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/ocr',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: options.workspace ?? root,
    RUNNER_TEMP: join(folder, 'temp'),
    ...extra,
  };
  for (const [name, value] of Object.entries(inputs)) fixed[`INPUT_${name.toUpperCase()}`] = value;

  const filesOf = (phase: string): Record<string, string> => {
    const files = {
      GITHUB_OUTPUT: join(folder, 'temp', `${phase}-output`),
      GITHUB_STATE: join(folder, 'temp', `${phase}-state`),
      GITHUB_ENV: join(folder, 'temp', `${phase}-env`),
      GITHUB_STEP_SUMMARY: join(folder, phase === 'main' ? 'summary.md' : 'summary-post.md'),
    };
    for (const path of Object.values(files)) writeFileSync(path, '');
    return files;
  };

  const main = filesOf('main');
  const started = performance.now();
  const code = await run('main', { ...fixed, ...main }, keep, options);
  const seconds = (performance.now() - started) / 1000;
  const outputs = readCommandFile(main.GITHUB_OUTPUT as string);
  const state = Object.fromEntries(
    Object.entries(readCommandFile(main.GITHUB_STATE as string)).map(([name, value]) => [
      `STATE_${name}`,
      value,
    ]),
  );
  const { onStart: _, ...after } = options;
  if (existsSync(join(root, 'actions', options.action ?? 'release', 'post.js')))
    await run('post', { ...fixed, ...filesOf('post'), ...state }, keep, after);
  writeFileSync(join(folder, 'log.txt'), `${log.join('\n')}\n`);
  if (!outputs.report) return { code, outputs, report: undefined, seconds };
  const report = JSON.parse(readFileSync(outputs.report, 'utf8')) as DemoReport;
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return { code, outputs, report, seconds };
}
