import { type Context, createContext, Script } from 'node:vm';
import { type Match, SlowPattern } from '../../domain/smoke/match.ts';

/** Milliseconds that one pattern may run on one answer. */
const timeLimit = 500;

const script = new Script(
  '((found) => (found ? [...found] : undefined))(new RegExp(pattern, flags).exec(text))',
);
let context: Context | undefined;

/**
 * Runs a pattern of the suite with a time limit, because a hostile server can send a text on which `(\d+\.?)+$` runs for
 * hours. Only the time limit of a `vm` script can interrupt a match in Node. Throws SlowPattern when the time is over.
 */
export const boundedMatch: Match = (pattern, flags, text) => {
  context ??= createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  Object.assign(context, { pattern, flags, text });
  try {
    return script.runInContext(context, { timeout: timeLimit }) as ReturnType<Match>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new SlowPattern();
    throw error;
  }
};
