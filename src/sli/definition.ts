import type { Definitions, OwnValues } from '../domain/inputs/definition.ts';
import type { InputProblem, NoteProblem } from '../domain/report/input-problem.ts';
import type { Objective } from '../domain/slo/objective.ts';
import type { Rest } from '../http/rest.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { OutsideLogin } from '../steps/ports/outside-login.ts';
import type { RunProgram } from '../steps/ports/program.ts';
import type { SliSource } from '../steps/ports/sli.ts';

/** The clients and the clock that a source may use. */
export interface SourceWorld {
  rest: Rest;
  clock: Clock;
  log: Log;
  projectId: string;
  /** The identity of this job, as a member of IAM. Known after its login. */
  member?: (() => string | undefined) | undefined;
  region: string;
  objectives: readonly Objective[];
  /** For a source outside of Google Cloud. */
  outside: OutsideLogin;
  /** For a source that is a program of the user's. */
  runProgram: RunProgram;
}

/** What a watch asks of a source. */
export interface SourceUse {
  /** True if the action sends test requests, which must not count as users' requests. */
  probes: boolean;
  /** True if a part of the users is shifted first, so that the revisions have to be told apart. */
  split?: boolean | undefined;
  objectives: readonly Objective[];
}

/**
 * A source of request counts. A new source is a folder with its definition and its code, and a line in the registry; its
 * inputs then exist in every action that counts.
 */
export interface SourceDefinition<D extends Definitions = Definitions, S = unknown> {
  /** Follows the name of the source in the description of the input `source`. */
  sentence: string;
  inputs: D;
  /** The counts of Google Cloud that it reads, for which the preflight asks. Absent if it reads something else. */
  ofGoogle?: 'auto' | 'logs' | 'metrics';
  /** True if it reads the entries that the code itself logs. */
  readsFields?: true;
  /** Notes problems of the inputs that matter for every choice of source. */
  settings(values: OwnValues<D>, problem: NoteProblem): S;
  /** True if the user set enough of its inputs to mean this source. */
  isMeant?(settings: S): boolean;
  /** Reasons why the source cannot be used with these inputs. Called only if the source is chosen. */
  problems?(settings: S, use: SourceUse): InputProblem[];
  /** The source to use instead while test requests are sent, if this source would count them as users. */
  besideProbes?: string;
  /** Loads and opens the source without sending anything. */
  open(world: SourceWorld, settings: S): Promise<SliSource>;
}

/** Checks a definition and keeps its exact type. */
export function defineSource<const D extends Definitions, S>(
  definition: SourceDefinition<D, S>,
): SourceDefinition<D, S> {
  return definition;
}
