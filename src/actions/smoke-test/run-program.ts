import { resolve } from 'node:path';
import type { ProgramEnding } from '../../domain/counts/ending.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { filePrefix } from '../../domain/product.ts';
import { commandEnvironment } from '../../domain/smoke/command-environment.ts';
import type { Context } from '../../runner/context.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { ProgramOrder, ProgramRun } from '../../steps/ports/program.ts';
import { startCommand } from './supervised-command.ts';

/** Between two looks whether the program has ended. */
const lookMs = 20;
const keptLines = 30;
let programs = 0;

/** A program that cannot be started, or not isolated, never counts anything. */
async function started(...order: Parameters<typeof startCommand>): ReturnType<typeof startCommand> {
  try {
    return await startCommand(...order);
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'smoke-target') throw error;
    const { what, why } = error;
    throw new CountsUnusable({
      ...{ what, why, cause: error },
      fix: 'Run this job on a Linux runner of GitHub, or set counts_isolation: auto if you trust the program.',
    });
  }
}

/** Runs a program once in the workspace, as far away from the processes of the job as this machine allows. */
export async function runProgram(
  context: Pick<Context, 'env' | 'clock' | 'log' | 'secrets' | 'id'>,
  order: ProgramOrder,
): Promise<ProgramRun> {
  const { clock, secrets } = context;
  const { argv, variables, inherit, isolation, deadlineMs, maxBytes, signal } = order;
  signal?.throwIfAborted();
  const { env } = commandEnvironment(context.env, inherit, (value) => secrets.redact(value) !== value);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const command = await started(context, argv, {
    folder: resolve(context.env.GITHUB_WORKSPACE || '.'),
    env: { ...env, ...variables },
    // Each program has an id of its own, so that the end of one does not end the next.
    treeId: `${filePrefix}${context.id}-program-${++programs}`,
    isolation,
    named: `The program ${argv[0]}`,
    onOutput(chunk) {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
    },
  });
  let ending: ProgramEnding | undefined;
  try {
    const until = clock.steady() + deadlineMs;
    while (ending === undefined) {
      const code = command.exitCode();
      if (bytes > maxBytes) ending = { kind: 'flood', bytes: maxBytes };
      else if (code !== undefined) ending = { kind: 'exit', code };
      else if (clock.steady() >= until) ending = { kind: 'deadline', seconds: deadlineMs / 1000 };
      else await clock.sleep(lookMs, signal);
    }
  } finally {
    await command.stop();
  }
  return {
    ending,
    printed: Buffer.concat(chunks),
    said: command.printed().slice(-keptLines),
    warning:
      command.isolation.method === 'none'
        ? `The program ${argv[0]} is not isolated${command.isolation.chosen ? ', as you chose' : ''}: it can read the tokens of this job in the memory and the environment of other processes. Use it only if you trust its code.`
        : undefined,
  };
}
