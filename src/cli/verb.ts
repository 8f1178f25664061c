import type { Platform } from '../actions/login/platform.ts';
import type { Definitions, OwnValues } from '../domain/inputs/definition.ts';
import type { ActionName } from '../domain/report/report.ts';
import type { Context } from '../runner/context.ts';
import type { Terminal } from './terminal/terminal.ts';

/** A word behind the verb that is not a flag, such as the file in `replay FILE`. */
export interface Operand {
  name: string;
  sentence: string;
  required?: true;
}

/** 0: as wished. 1: findings, or a verdict that failed. 2: it could not be found out, or the command is wrong. 3: see the verb. 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** What a verb gives back. The frame prints the text or, with --json, the document, to standard output. */
export interface Ended {
  code: ExitCode;
  /** The one document of `--json`. */
  json: unknown;
  /** The result as people read it, made only if it is printed. */
  text: () => string | Promise<string>;
}

/** What a verb works with. */
export interface Call<V = Readonly<Record<string, unknown>>> {
  /** The verb's own flags, parsed. */
  values: V;
  operands: readonly string[];
  /** Clock, log (standard error), signal, secrets and environment, as the actions have them. Flags of an action are in its inputs. */
  context: Context;
  terminal: Terminal;
  /**
   * The clients of Google Cloud, logged in with what this machine has. They say as whom with the first token. Throws if no
   * project is given and none is configured.
   */
  google: (project?: string) => Promise<Platform>;
  /** A context for an action that runs after the verb itself: with these inputs, as this account or as before. */
  contextFor: (inputs: Readonly<Record<string, string>>, how?: ActionLogin) => Context;
}

/** How an action that a verb starts logs in. */
export interface ActionLogin {
  /** A service account to act as. Absent: the one of the command line, if it names one. */
  account?: string | undefined;
  /** True: it does not say again as whom. */
  quiet?: boolean;
}

/** A verb of the command line. */
export interface Verb<D extends Definitions = Definitions> {
  /** What it does, in whole sentences. One paragraph each. */
  about: readonly string[];
  operands?: readonly Operand[];
  /** True if it reaches Google Cloud. It then takes `--impersonate-service-account`. */
  login?: true;
  /** The action whose inputs the verb takes as flags. */
  action?: ActionName;
  /** Inputs of that action that make no sense on a command line, besides those that never do. */
  without?: readonly string[];
  /** If set, only these inputs of that action. */
  only?: readonly string[];
  /** Inputs of that action that come from the operands. */
  inputsOf?: (operands: readonly string[]) => Readonly<Record<string, string>>;
  /** Flags that only this verb has, by the names of inputs (`project_id` is `--project-id`). */
  flags: D;
  /** Flags that must be set. */
  required?: readonly (keyof D & string)[];
  /** Exit codes that mean something of this verb's own. */
  codes?: Readonly<Record<number, string>>;
  examples: readonly string[];
  run: (call: Call<OwnValues<D>>) => Promise<Ended>;
}

/** Checks a verb and keeps the types of its flags. */
export function verb<const D extends Definitions>(definition: Verb<D>): Verb {
  return definition as unknown as Verb;
}
