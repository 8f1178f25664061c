import type { Definitions, OwnValues } from '../domain/inputs/definition.ts';
import type { ModelPlace } from '../domain/preflight/use.ts';
import type { NoteProblem } from '../domain/report/input-problem.ts';
import type { Rest } from '../http/rest.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { ModelRegistry } from '../steps/ports/model.ts';
import type { OutsideLogin } from '../steps/ports/outside-login.ts';

/** The clients and the places that a registry may use. */
export interface ModelWorld {
  rest: Rest;
  clock: Clock;
  log: Log;
  project: string;
  region: string;
  /** Folder of the user's repository. */
  workspace: string;
  /** For a registry outside of Google Cloud. */
  outside: OutsideLogin;
}

/**
 * A kind of registry. A new one is a folder with its definition and its code, and a line in `registry.ts`; its references and
 * inputs then work in every action that takes `model`.
 */
export interface RegistryDefinition<D extends Definitions = Definitions, R = unknown, S = unknown> {
  /** What a reference begins with, such as `gs://`. Empty: a path of the repository. */
  prefix: string;
  /** A reference, as a user writes it. */
  example: string;
  /** Follows the example in the description of the input. */
  sentence: string;
  inputs: D;
  /** True if it has names that move from version to version. */
  hasAliases?: true;
  /** What it takes as an alias, where that is less than the input takes. */
  aliasPattern?: RegExp;
  /** Reads what follows the prefix. Throws an error whose message begins with "expected". */
  parse(rest: string): R;
  /** Notes problems of the inputs that matter for this reference. */
  settings(values: OwnValues<D>, reference: R, problem: NoteProblem): S;
  /** Where Google has the model, for a preflight. Absent: somewhere else. */
  placeOf?(reference: R): ModelPlace;
  /** Loads and opens the registry without sending anything. */
  open(world: ModelWorld, asked: { text: string; reference: R }, settings: S): Promise<ModelRegistry>;
}

/** Checks a definition and keeps its exact type. */
export function defineRegistry<const D extends Definitions, R, S>(
  definition: RegistryDefinition<D, R, S>,
): RegistryDefinition<D, R, S> {
  return definition;
}
