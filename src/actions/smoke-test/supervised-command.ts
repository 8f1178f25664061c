import { Writable } from 'node:stream';
import type { Environment } from '../../inputs/reader.ts';
import type { Context } from '../../runner/context.ts';
import { processesOf, signalAll, treeVariable } from './process-tree.ts';

export interface SupervisedCommand {
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  /** The last lines that it printed. They are hostile. */
  printed(): string[];
  /** Ends the command and everything that it started. Resolves when all of it is gone. */
  stop(): Promise<void>;
}

/** Lines of output that are kept, and the length at which a line is cut. */
const keptLines = 200;
const keptCharacters = 1000;

/**
 * Leaves out the variables that the runner gives only to actions, such as tokens and inputs. This is a filter and not a
 * sandbox: a process of the same user can still read the environment of this one in /proc.
 */
function environmentFor(env: Environment, port: number, treeId: string): Record<string, string> {
  const actionsOnly =
    /^(INPUT_|STATE_|ACTIONS_|GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|TOKEN)$|GOOGLE_(GHA_CREDS_PATH|APPLICATION_CREDENTIALS)$|CLOUDSDK_AUTH_)/;
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !actionsOnly.test(pair[0]),
  );
  return { ...Object.fromEntries(kept), PORT: String(port), [treeVariable]: treeId };
}

/**
 * Runs as a process between this one and the command. It gives the command its own process group, prints the id of
 * that group, and ends the group if this process goes away without stopping it.
 */
const supervisor = `
const { spawn } = require('node:child_process');
const [treeId, file, ...args] = process.argv.slice(1);
const windows = process.platform === 'win32';
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, windowsHide: true });
child.on('error', (error) => { console.error(error.message); process.exit(127); });
if (child.pid) console.log(treeId + child.pid);
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) { try { process.kill(windows ? child.pid : -child.pid, 'SIGKILL'); } catch {} process.exit(1); } }, 500).unref();
child.on('exit', (code) => process.exit(code ?? 1));
`;

/** Starts a command with the variable `PORT`, through @actions/exec and without a shell. */
export async function startCommand(
  { env, clock }: Pick<Context, 'env' | 'clock'>,
  argv: readonly string[],
  options: { folder: string; port: number; treeId: string },
): Promise<SupervisedCommand> {
  const { exec } = await import('@actions/exec');
  const { folder, port, treeId } = options;
  const lines: string[] = [];
  let pid: number | undefined;
  let exitCode: number | undefined;
  const keep = (line: string) => {
    if (pid === undefined && line.startsWith(treeId)) pid = Number(line.slice(treeId.length));
    else if (lines.push(line.slice(0, keptCharacters)) > keptLines) lines.shift();
  };
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const running = exec(process.execPath, ['-e', supervisor, treeId, ...argv], {
    cwd: folder,
    env: environmentFor(env, port, treeId),
    silent: true,
    ignoreReturnCode: true,
    outStream: silence,
    errStream: silence,
    delay: 1000,
    listeners: { stdline: keep, errline: keep },
  }).then(
    (code) => {
      exitCode = code;
    },
    (error: Error) => {
      keep(error.message);
      exitCode = 127;
    },
  );

  const stopTree = async () => {
    // The supervisor belongs to the tree too, and ends with the command.
    const tree = [...(pid === undefined ? [] : [-pid]), ...(await processesOf(treeId))];
    if (!signalAll(tree, 'SIGTERM')) return;
    const until = clock.now() + 3000;
    while (
      signalAll(tree, 0) &&
      clock.now() < until &&
      (exitCode === undefined || (await processesOf(treeId)).length > 0)
    )
      await clock.sleep(50);
    signalAll([...tree, ...(await processesOf(treeId))], 'SIGKILL');
  };
  const stopOnWindows = async () => {
    if (pid !== undefined && exitCode === undefined)
      await exec('taskkill', ['/T', '/F', '/PID', String(pid)], { silent: true, ignoreReturnCode: true });
  };

  return {
    exitCode: () => exitCode,
    printed: () => [...lines],
    async stop() {
      await (process.platform === 'win32' ? stopOnWindows() : stopTree());
      return running;
    },
  };
}
