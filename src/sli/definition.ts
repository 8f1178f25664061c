import type { Definitions, OwnValues } from '../domain/inputs/definition.ts';
import type { Objective } from '../domain/slo/objective.ts';
import type { Rest } from '../http/rest.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { SliSource } from '../steps/ports/sli.ts';

/** What a source reaches the world with. */
export interface SourceWorld {
  rest: Rest;
  clock: Clock;
  log: Log;
  projectId: string;
  region: string;
  objectives: readonly Objective[];
}

/** What a watch asks of a source. */
export interface SourceUse {
  /** The action sends test requests of its own, which must not count as users. */
  probes: boolean;
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
  /** Notes problems of the inputs that hold whichever source is chosen. */
  settings(values: OwnValues<D>, problem: (text: string) => void): S;
  /** True if the user set enough of its inputs to mean this source. */
  isMeant?(settings: S): boolean;
  /** Why the source cannot be used like this, one sentence each. Asked only if it is chosen. */
  problems?(settings: S, use: SourceUse): string[];
  /** The source that takes its place beside test requests, if this one would count them as users. */
  besideProbes?: string;
  /** Loads its code and opens it. Sends nothing yet. */
  open(world: SourceWorld, settings: S): Promise<SliSource>;
}

/** Checks a definition and keeps its exact type. */
export function defineSource<const D extends Definitions, S>(
  definition: SourceDefinition<D, S>,
): SourceDefinition<D, S> {
  return definition;
}
