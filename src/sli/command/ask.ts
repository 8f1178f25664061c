import { type CountedCell, readAnswer } from '../../domain/counts/answer.ts';
import { endingProblem } from '../../domain/counts/ending.ts';
import { type CountQuestion, variablesOf } from '../../domain/counts/question.ts';
import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import { countsSchemaFile } from '../../domain/product.ts';
import { CountsRefused, CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { RunProgram } from '../../steps/ports/program.ts';

export interface CommandSettings {
  argv: readonly string[];
  /** The program counts the whole service, and cannot tell revisions apart. */
  isWhole: boolean;
  /** A key that only the program gets. */
  key?: string | undefined;
  /** Names of variables of the job that the program gets. */
  inherit: readonly string[];
  /** The shortest stretch of time that the program can count. */
  stepMs: number;
  deadlineMs: number;
  isolation: 'auto' | 'required' | 'none';
}

export interface CommandWorld {
  settings: CommandSettings;
  log: Log;
  runProgram: RunProgram;
}

export interface Counted {
  until: number;
  cells: CountedCell[];
}

/** Asks the program once. */
export type Ask = (question: CountQuestion, signal?: AbortSignal) => Promise<Counted>;

/** An answer has a line for at most some hundred cells. */
const maxBytes = 64 * 1024;

/** Nothing that a program prints becomes a count unless it ended well and its line is exactly what was asked for. */
export function createAsk({ settings, log, runProgram }: CommandWorld): Ask {
  const { argv, key, inherit, deadlineMs, isolation } = settings;
  let warned = false;
  return async (question, signal) => {
    const { ending, printed, said, warning } = await runProgram({
      ...{ argv, inherit, deadlineMs, isolation, maxBytes, signal },
      variables: { ...variablesOf(question), ...(key === undefined ? {} : { COUNT_KEY: key }) },
    });
    if (warning !== undefined && !warned) log.warning(warning);
    warned ||= warning !== undefined;
    const tell = (problem: string): ErrorParts => {
      if (said.length > 0) log.detail('Last lines of the program on standard error', [...said]);
      return { what: `The program ${argv[0]} ${problem}.` };
    };
    const failed = endingProblem(ending);
    if (failed?.lasting === 'refused')
      throw new CountsRefused({
        ...tell(failed.problem),
        why: 'By this exit code the program says that its login may not read the counts.',
        fix: 'Read what the program printed on standard error, and check counts_key, or name the variables that it needs in counts_env.',
      });
    if (failed?.lasting === 'unusable')
      throw new CountsUnusable({
        ...tell(failed.problem),
        why: 'Asking again does not help.',
        fix: 'Correct counts_command. It starts in the workspace without a shell, and gets few variables of the job (counts_env).',
      });
    if (failed) throw new ReleaseError('counts-unusable', { ...tell(failed.problem), fix: fixByHand });
    const read = readAnswer(printed, question);
    if (read.problem === undefined) return read;
    throw new ReleaseError('response-malformed', {
      ...tell(read.problem),
      fix: `Compare its line with schemas/${countsSchemaFile}.`,
    });
  };
}

const fixByHand = 'Run it by hand with the variables COUNT_… that docs/decide/source-command.md explains.';
