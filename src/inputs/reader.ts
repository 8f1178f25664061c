import { ActionReader, type Environment } from './action-reader.ts';
import type { Privacy } from './protect.ts';
import { wholeTable } from './table.ts';

export type { CommentInputs, Environment } from './action-reader.ts';

/** Reads the inputs of whichever action is asked for. The command line uses it, which knows every input anyway. */
export class InputReader extends ActionReader {
  constructor(
    env: Environment,
    addSecret?: (value: string) => void,
    privacy?: Pick<Privacy, 'hide' | 'show'>,
  ) {
    super(wholeTable, env, addSecret, privacy);
  }
}
