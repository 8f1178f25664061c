import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ActRun, readLines } from './lines.ts';

/** Runs act, a runner of GitHub Actions by others, without containers: every job is a process of this machine. */

export const install = 'go install github.com/nektos/act@v0.2.89';

export interface ActCommand {
  act: string;
  /** The user's repository. */
  repository: string;
  workflow: string;
  event: string;
  /** Where act keeps its workspaces. */
  cache: string;
  home: string;
  /** A folder of programs that steps find first. */
  path?: string;
  env: Record<string, string>;
  variables: Record<string, string>;
  secrets: Record<string, string>;
  /** Folders that stand for `owner/name@ref`. */
  local: Record<string, string>;
  /** What GitHub says about the event. */
  payload?: object;
  /** Inputs of `workflow_dispatch`. */
  inputs?: Record<string, string>;
  /** Folder of the `node` that act starts. Default: the Node of the tests. */
  nodeFolder?: string;
  /** Sends act one Ctrl-C, which cancels the job, as soon as this is true. */
  interruptWhen?: () => boolean;
}

const pairs = (flag: string, values: Record<string, string>) =>
  Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);

function eventFile({ workflow, payload }: ActCommand): string {
  const file = `${workflow}.event.json`;
  writeFileSync(file, JSON.stringify(payload));
  return file;
}

export async function runAct(command: ActCommand): Promise<ActRun> {
  const argv = [
    command.event,
    ...['-W', command.workflow, '--json', '--no-cache-server', '--use-new-action-cache'],
    ...['-P', 'ubuntu-latest=-self-hosted', '--action-cache-path', command.cache],
    ...pairs('--local-repository', command.local),
    ...pairs('--env', command.env),
    ...pairs('--var', command.variables),
    ...pairs('-s', command.secrets),
    ...pairs('--input', command.inputs ?? {}),
    ...(command.payload ? ['--eventpath', eventFile(command)] : []),
  ];
  // act gives its own environment to every step, so it gets as little as a runner would.
  const env = {
    HOME: command.home,
    PATH: [
      ...(command.path ? [command.path] : []),
      command.nodeFolder ?? dirname(process.execPath),
      process.env.PATH ?? '',
    ].join(':'),
    LANG: 'C.UTF-8',
  };
  const child = spawn(command.act, argv, { cwd: command.repository, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const began = performance.now();
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const watch = setInterval(() => {
    if (!command.interruptWhen?.()) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 50);
  const timer = setTimeout(() => child.kill('SIGKILL'), 280_000);
  const code = await new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
  clearTimeout(timer);
  clearInterval(watch);
  return { ...readLines(out), code, errors, seconds: (performance.now() - began) / 1000 };
}
