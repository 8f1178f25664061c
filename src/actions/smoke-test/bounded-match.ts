import { type Context, createContext, Script } from 'node:vm';
import { type Match, SlowPattern } from '../../domain/smoke/match.ts';

/** Milliseconds that one pattern may take on one answer. */
const most = 500;

const script = new Script(
  '((found) => (found ? [...found] : undefined))(new RegExp(pattern, flags).exec(text))',
);
let context: Context | undefined;

/**
 * A pattern of the suite runs over whatever a server sent, and a server can choose a text on which `(\d+\.?)+$` runs for
 * hours. A script's time limit is the one thing in Node that interrupts a match.
 */
export const boundedMatch: Match = (pattern, flags, text) => {
  context ??= createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  Object.assign(context, { pattern, flags, text });
  try {
    return script.runInContext(context, { timeout: most }) as ReturnType<Match>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new SlowPattern();
    throw error;
  }
};
