import type { Place } from '../files/repository.ts';

/** A word of a command after what can be known was put in for its variables. */
export interface ShellWord {
  /** Undefined if the word holds something that only a run knows. */
  text: string | undefined;
  /** As it stands in the script, or in the value of the variable that it comes from. */
  raw: string;
  at: Place;
  /** It comes from a variable that has other values too, so it may be missing from the command. */
  maybe: boolean;
}

/** One simple command of a script. */
export interface ShellCommand {
  /** The program and its arguments. Wrappers such as `sudo` are taken off. */
  words: ShellWord[];
  at: Place;
  /** A failure of the command is ignored: `|| true` and its like. */
  excused: boolean;
  /** `!` stands before it, or it is the condition of an `if`. */
  tested: boolean;
  /** The command runs only if a condition of the script holds. */
  conditional: boolean;
  /** What the shell reads into the program: a here-document or a here-string. */
  input: ShellWord | undefined;
  /** The files that the command writes. */
  writes: ShellWord[];
  /** Variables that are set for this command alone. */
  sets: { name: string; value: ShellWord }[];
  /** Names of the programs that this command's output goes to. */
  pipedInto: string | undefined;
}

/** A command that no shell runs: an action or a build step makes it from its own inputs. */
export const commandWithoutShell = (words: ShellWord[], at: Place): ShellCommand => ({
  words,
  at,
  excused: false,
  tested: false,
  conditional: false,
  input: undefined,
  writes: [],
  sets: [],
  pipedInto: undefined,
});

/** A script as far as it was understood. */
export interface ShellScript {
  commands: ShellCommand[];
  /** Values that the script gives to its variables, with the place. */
  assignments: { name: string; value: ShellWord }[];
  /** Why the script could not be read whole. */
  problem: string | undefined;
}

/** What a variable can hold. `undefined`: only a run knows. */
export type Variables = ReadonlyMap<string, readonly (string | undefined)[]>;

export const programOf = (command: ShellCommand): string | undefined =>
  command.words[0]?.text?.replace(/^.*\//, '');
