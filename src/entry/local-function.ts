import { readdir, readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { Writable } from 'node:stream';
import { ReleaseError } from '../domain/errors.ts';
import type { Context } from './context.ts';
import type { Environment } from './inputs.ts';

export interface LocalFunction {
  url: string;
  /** The last lines that it printed; hostile. */
  printed(): string[];
  /** Ends the whole process tree; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Splits a command line as a shell would split plain words and quotes; nothing is expanded and no shell runs. */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:[^\s"']+|"(?:\\.|[^"\\])*"|'[^']*')+/g))
    words.push(
      match[0].replace(
        /"((?:\\.|[^"\\])*)"|'([^']*)'/g,
        (_, double?: string, single?: string) => single ?? (double ?? '').replace(/\\(["\\])/g, '$1'),
      ),
    );
  const quotes = text.replace(/\\./g, '').replace(/"[^"]*"|'[^']*'/g, '');
  if (/["']/.test(quotes)) throw new Error('expected every quote to be closed');
  if (words.length === 0) throw new Error('expected a program and its arguments');
  return words;
}

/** What the runner gives to actions, and only to them: the function of a pull request must not have it. */
function environmentFor(env: Environment, port: number): Record<string, string> {
  const own =
    /^(INPUT_|STATE_|ACTIONS_|GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|TOKEN)$|GOOGLE_(GHA_CREDS_PATH|APPLICATION_CREDENTIALS)$|CLOUDSDK_AUTH_)/;
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !own.test(pair[0]),
  );
  return { ...Object.fromEntries(kept), PORT: String(port) };
}

/**
 * Runs as a process between this one and the command: gives the command a process group of its own, tells its id, and
 * ends the group when this process is gone.
 */
const supervisor = `
const { spawn } = require('node:child_process');
const [nonce, file, ...args] = process.argv.slice(1);
const windows = process.platform === 'win32';
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, windowsHide: true });
child.on('error', (error) => { console.error(error.message); process.exit(127); });
if (child.pid) console.log(nonce + child.pid);
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) { try { process.kill(windows ? child.pid : -child.pid, 'SIGKILL'); } catch {} process.exit(1); } }, 500).unref();
child.on('exit', (code) => process.exit(code ?? 1));
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => done(true))
      .once('error', () => done(false))
      .once('timeout', () => done(false));
  });

/** All descendants by /proc, so that what has left the process group is found too. Empty where there is no /proc. */
async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent) parents.set(Number(name), Number(parent));
  }
  const found = [pid];
  for (let i = 0; i < found.length; i++)
    for (const [child, parent] of parents) if (parent === found[i]) found.push(child);
  return found.slice(1);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): boolean {
  let any = false;
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
      any = true;
    } catch {
      // It has ended already.
    }
  }
  return any;
}

/** Starts a command with `PORT` set, through @actions/exec, and waits until it listens. */
export async function startLocal(
  context: Context,
  argv: readonly string[],
  options: { folder: string; readyMs: number },
): Promise<LocalFunction> {
  const { exec } = await import('@actions/exec');
  const { clock, log, signal } = context;
  const port = await freePort();
  const nonce = `guarded-release-${context.id}-`;
  const lines: string[] = [];
  let pid: number | undefined;
  let ended: number | undefined;
  const keep = (line: string) => {
    if (pid === undefined && line.startsWith(nonce)) pid = Number(line.slice(nonce.length));
    else if (lines.push(line.slice(0, 1000)) > 200) lines.shift();
  };
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const running = exec(process.execPath, ['-e', supervisor, nonce, ...argv], {
    cwd: options.folder,
    env: environmentFor(context.env, port),
    silent: true,
    ignoreReturnCode: true,
    outStream: silence,
    errStream: silence,
    delay: 1000,
    listeners: { stdline: keep, errline: keep },
  }).then(
    (code) => {
      ended = code;
    },
    (error: Error) => {
      keep(error.message);
      ended = 127;
    },
  );

  const stop = async () => {
    const root = pid;
    if (root !== undefined && ended === undefined) {
      const others = await descendants(root);
      const everyone = process.platform === 'win32' ? [root] : [-root, ...others];
      if (process.platform === 'win32')
        await exec('taskkill', ['/T', '/F', '/PID', String(root)], { silent: true, ignoreReturnCode: true });
      else signalAll(everyone, 'SIGTERM');
      const until = clock.now() + 3000;
      while (ended === undefined && clock.now() < until) await clock.sleep(50);
      if (process.platform !== 'win32') signalAll(everyone, 'SIGKILL');
    }
    await running;
  };

  try {
    const until = clock.now() + options.readyMs;
    while (!(await isOpen(port))) {
      const why =
        ended !== undefined
          ? `It ended with exit code ${ended} before it listened on port ${port} (PORT).`
          : clock.now() >= until
            ? `It did not listen on port ${port} (PORT) within ${options.readyMs / 1000} s.`
            : undefined;
      if (why !== undefined) {
        log.detail('Last lines of the command', lines.slice(-50));
        throw new ReleaseError('smoke-target', {
          what: `The command ${argv[0]} did not start a function.`,
          why,
          fix: 'Run the same command by hand with PORT=8080; it must listen on that port.',
        });
      }
      await clock.sleep(100, signal);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/`, printed: () => [...lines], stop };
}
