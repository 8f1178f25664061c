import { createInterface } from 'node:readline';
import type { Environment } from '../../inputs/reader.ts';
import { type Style, styleOf } from './style.ts';

/** What is in front of the person: standard output and standard error, and how much fits there. */
export interface Terminal {
  /** Writes a part of the result to standard output. */
  print(text: string): void;
  /** Writes what accompanies the work to standard error. */
  note(text: string): void;
  /** Replaces the progress of before, on a terminal. Elsewhere it writes nothing; use it beside lines of the log. */
  progress(text: string): void;
  /** Colours for standard output, and for standard error. Both do nothing where colours are not wanted. */
  style: Style;
  noteStyle: Style;
  /** Columns of standard output. */
  width: number;
  /** True if a person can be asked. */
  canAsk: boolean;
  /** Asks a person. Undefined if none can be asked, so that the verb names the flag instead. */
  ask(question: string): Promise<string | undefined>;
  json: boolean;
  verbose: boolean;
  /** The inputs that the verb takes as flags. The texts of actions name inputs, and a terminal names the flags. */
  flags: readonly string[];
}

interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export interface Wishes {
  json: boolean;
  verbose: boolean;
  /** What `--color` or `--no-color` said. */
  colour: boolean | undefined;
}

/** Whether a stream gets colours: a flag, then FORCE_COLOR, NO_COLOR and TERM, then whether it is a terminal. */
export function wantsColour(env: Environment, isTerminal: boolean, flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: term } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (none !== undefined && none !== '') return false;
  return isTerminal && term !== 'dumb';
}

export function openTerminal(
  { stdin, stdout, stderr }: Streams,
  env: Environment,
  { json, verbose, colour }: Wishes,
): Terminal {
  let shown = false;
  const clear = () => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  const canAsk = stdin.isTTY === true && stderr.isTTY === true && !json;
  const columns = Number(env.COLUMNS);
  // A line can be replaced only where the codes for it are known.
  const replaces = stderr.isTTY === true && env.TERM !== 'dumb';
  return {
    print: (text) => {
      clear();
      stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (!replaces) return;
      clear();
      stderr.write(text.slice(0, Math.max(20, (stderr.columns || 80) - 1)));
      shown = true;
    },
    style: styleOf(wantsColour(env, stdout.isTTY === true, colour) && !json),
    noteStyle: styleOf(wantsColour(env, stderr.isTTY === true, colour)),
    width: Math.max(40, Math.min(120, stdout.columns || (columns > 0 ? columns : 80))),
    canAsk,
    ask: (question) => {
      if (!canAsk) return Promise.resolve(undefined);
      clear();
      const lines = createInterface({ input: stdin, output: stderr });
      return new Promise((resolve) => {
        lines.once('close', () => resolve(undefined));
        lines.question(question, (answer) => {
          resolve(answer.trim());
          lines.close();
        });
      });
    },
    json,
    verbose,
    flags: [],
  };
}
