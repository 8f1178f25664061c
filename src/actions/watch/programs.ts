import type { Context } from '../../runner/context.ts';
import type { RunProgram } from '../../steps/ports/program.ts';

/** Runs programs of the user's. The code is loaded with the first one. */
export const programRunner =
  (context: Context): RunProgram =>
  async (order) =>
    (await import('../smoke-test/run-program.ts')).runProgram(context, order);
