/** A command line that cannot be carried out as it stands. */
export class UsageError extends Error {
  /** Every problem, each a line. */
  readonly problems: readonly string[];
  /** The verb with the help that the user needs. */
  readonly verb: string | undefined;

  constructor(problems: readonly string[], verb?: string) {
    super(problems.join('; '));
    this.problems = problems;
    this.verb = verb;
  }
}

/** Flags that every verb has. None of them takes a value unless it is written with `=`. */
export const globalFlags: Readonly<Record<string, string>> = {
  json: 'Write one JSON document to standard output, and everything else to standard error.',
  color: 'Use colours although this is no terminal. `--no-color` uses none.',
  verbose: 'Also show details, and every call.',
  help: 'Show what the verb takes.',
};

/** True for a flag of every verb, `--no-color` included. */
export const isGlobal = (name: string): boolean =>
  Object.hasOwn(globalFlags, name.replace(/^no-(?=color$)/, ''));

/** The verb of a command line. Flags may stand before it; their values do not count. */
export function verbIn(argv: readonly string[]): string | undefined {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') return undefined;
    if (!word.startsWith('-')) return word;
    const name = word.slice(2).replaceAll('_', '-');
    if (word.startsWith('--') && !word.includes('=') && !isGlobal(name) && name !== 'version') at++;
  }
  return undefined;
}
