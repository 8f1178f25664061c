import { readdir, readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { Writable } from 'node:stream';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { envName, filePrefix } from '../../domain/product.ts';
import type { Environment } from '../../inputs/reader.ts';
import type { Context } from '../../runner/context.ts';

export interface LocalFunction {
  url: string;
  /** The last lines that it printed; hostile. */
  printed(): string[];
  /** Ends the whole process tree; resolves when it is gone. */
  stop(): Promise<void>;
}

/** What the runner gives to actions, and only to them: the function of a pull request must not have it. */
function environmentFor(env: Environment, port: number, nonce: string): Record<string, string> {
  const own =
    /^(INPUT_|STATE_|ACTIONS_|GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|TOKEN)$|GOOGLE_(GHA_CREDS_PATH|APPLICATION_CREDENTIALS)$|CLOUDSDK_AUTH_)/;
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !own.test(pair[0]),
  );
  return { ...Object.fromEntries(kept), PORT: String(port), [mark]: nonce };
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

/** Inherited by everything that the command starts, whatever group or parent it has later. */
const mark = envName('COMMAND');

/** Every process that carries the mark, by /proc; empty where there is none. */
async function marked(nonce: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`${mark}=${nonce}`)) found.push(Number(name));
  }
  return found;
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals | 0): boolean {
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
  const nonce = `${filePrefix}${context.id}-`;
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
    env: environmentFor(context.env, port, nonce),
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
    if (process.platform === 'win32') {
      if (pid !== undefined && ended === undefined)
        await exec('taskkill', ['/T', '/F', '/PID', String(pid)], { silent: true, ignoreReturnCode: true });
      return running;
    }
    // The supervisor has the mark too, and ends with the command.
    const everyone = [...(pid === undefined ? [] : [-pid]), ...(await marked(nonce))];
    if (signalAll(everyone, 'SIGTERM')) {
      const until = clock.now() + 3000;
      while (
        signalAll(everyone, 0) &&
        clock.now() < until &&
        (ended === undefined || (await marked(nonce)).length > 0)
      )
        await clock.sleep(50);
      signalAll([...everyone, ...(await marked(nonce))], 'SIGKILL');
    }
    return running;
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
