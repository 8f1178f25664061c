import { ReleaseError } from '../../domain/errors/errors.ts';
import { type Isolation, leakOf } from '../../domain/smoke/isolation.ts';
import type { Context } from '../../runner/context.ts';
import { closePlace, type OpenPlace, openPlace } from './open-place.ts';
import { placesFor } from './places.ts';
import { processesOf, signalAll, treeVariable } from './process-tree.ts';

export interface SupervisedCommand {
  isolation: Isolation;
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  /** The last lines that it printed. They are hostile. */
  printed(): string[];
  /** Ends the command and everything that it started. Resolves when all of it is gone. */
  stop(): Promise<void>;
}

export interface CommandOptions {
  folder: string;
  /** The whole environment of the command. */
  env: Record<string, string>;
  treeId: string;
  isolation: 'auto' | 'required' | 'none';
  /** Gets what the command prints on standard output. Absent: it is kept with the lines of standard error. */
  onOutput?: (chunk: Buffer) => void;
  /** How messages name the command. Default: the local function. */
  named?: string;
}

/** Lines of output that are kept, and the length at which a line is cut. */
const keptLines = 200;
const keptCharacters = 1000;

/** Opens the best place that works on this machine. Throws `smoke-target` if none does and isolation is required. */
async function bestPlace(
  context: Pick<Context, 'env' | 'log'>,
  { folder, isolation, onOutput, named = 'The local function' }: CommandOptions,
  onLine: (line: string) => void,
): Promise<OpenPlace & { isolation: Isolation }> {
  const tried: string[] = [];
  for (const place of isolation === 'none' ? [] : placesFor(context.env, folder)) {
    const opened = await openPlace(place, folder, context.env, onLine, onOutput);
    const leak = typeof opened === 'string' ? opened : leakOf(opened.saw);
    if (typeof opened !== 'string' && leak === undefined)
      return { ...opened, isolation: { method: place.method, uid: opened.saw.uid } };
    if (typeof opened !== 'string') await closePlace(opened.child, opened.ended);
    tried.push(`${place.name}: ${leak}`);
    context.log.debug(`isolation by ${place.name} does not work: ${leak}`);
  }
  if (isolation === 'required')
    throw new ReleaseError('smoke-target', {
      what: `${named} cannot be isolated from the tokens of this job on this runner.`,
      why: tried.length > 0 ? `Tried ${tried.join('; ')}.` : 'Only Linux has the means for it.',
      fix: 'Run this job on a Linux runner of GitHub, or set isolation: auto if you trust its code.',
    });
  const opened = await openPlace(undefined, folder, context.env, onLine, onOutput);
  if (typeof opened === 'string')
    throw new ReleaseError('smoke-target', { what: `${named} cannot be started: ${opened}.` });
  const { uid } = opened.saw;
  const ids = uid < 0 ? {} : { uid };
  return { ...opened, isolation: { method: 'none', ...ids, tried, chosen: isolation === 'none' } };
}

/** Starts a command without a shell, as far away from the processes of the job as this machine allows. */
export async function startCommand(
  context: Pick<Context, 'env' | 'clock' | 'log'>,
  argv: readonly string[],
  options: CommandOptions,
): Promise<SupervisedCommand> {
  const { clock } = context;
  const { treeId, env, onOutput } = options;
  let lines: string[] = [];
  let exitCode: number | undefined;
  const keep = (line: string) => {
    if (lines.push(line.slice(0, keptCharacters)) > keptLines) lines.shift();
  };
  const { child, ended, isolation } = await bestPlace(context, options, keep);
  lines = [];
  const running = ended.then((code) => {
    exitCode = code;
  });
  const [file, ...args] = argv;
  const order = {
    file,
    args,
    env: { ...env, [treeVariable]: treeId },
    variable: treeVariable,
    answers: onOutput !== undefined,
  };
  child.stdin?.write(`${JSON.stringify(order)}\n`);

  return {
    isolation,
    exitCode: () => exitCode,
    printed: () => [...lines],
    async stop() {
      child.stdin?.end();
      // The supervisor needs about four seconds if the command does not end by itself.
      const until = clock.steady() + 10_000;
      while (exitCode === undefined && clock.steady() < until) await clock.sleep(20);
      // The function may have stopped or killed its supervisor.
      for (let looks = 0; looks < 100; looks++) {
        const left = await processesOf(treeId);
        if (!signalAll(left, 'SIGKILL') && exitCode !== undefined) break;
        if (exitCode === undefined) child.kill('SIGKILL');
        await clock.sleep(20);
      }
      return running;
    },
  };
}
