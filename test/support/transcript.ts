import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionName } from '../../src/domain/report/report.ts';
import type { Finished } from '../../src/runner/action.ts';
import { createCommands } from '../../src/runner/commands.ts';
import type { Context } from '../../src/runner/context.ts';
import { finish } from '../../src/runner/finish.ts';

const commandFiles = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV'];

/**
 * Lets the runner's own code write the end of a step (log, annotations, outputs, state, summary, report) into a folder of its
 * own, and returns all of it as one text. Nothing reaches this process's standard output.
 */
export async function transcriptOf<Name extends ActionName>(
  finished: Finished<Name>,
  context: Context,
  parent: string,
): Promise<string> {
  const folder = mkdtempSync(join(parent, 'transcript-'));
  const temp = join(folder, 'temp');
  mkdirSync(temp);
  const env: Record<string, string | undefined> = { ...context.env, RUNNER_TEMP: temp };
  for (const name of commandFiles) {
    env[name] = join(folder, name);
    writeFileSync(env[name], '');
  }
  let printed = '';
  const { write } = process.stdout;
  process.stdout.write = ((chunk: string | Uint8Array) => {
    printed += String(chunk);
    return true;
  }) as typeof write;
  try {
    const commands = createCommands(env as NodeJS.ProcessEnv, (text) => void process.stdout.write(text));
    await finish(finished, { ...context, env }, commands, 'main');
  } finally {
    process.stdout.write = write;
    // `finish` sets the exit code of a step. This process is not one.
    process.exitCode = undefined;
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  return [printed, ...files].join('\n');
}
