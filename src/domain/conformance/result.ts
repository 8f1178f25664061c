import type { Json } from '../data/json.ts';
import type { BeliefId } from './catalog.ts';
import type { ProbeId } from './probes.ts';

export type Verdict = 'holds' | 'contradicted' | 'not settled';

/** One call and what it answered, reduced to the part that matters. Tokens are never part of it. */
export interface Exchange {
  at: string;
  /** Account that made the call, if it was not the user. */
  as?: string | undefined;
  call: string;
  sent?: Json | undefined;
  status: number;
  answer?: Json | undefined;
}

/** What a run found out about one belief. */
export interface Settled {
  belief: BeliefId;
  verdict: Verdict;
  /** What was seen, by name. */
  seen: Record<string, Json>;
  /** Why it is not settled. */
  why?: string | undefined;
  /** The run was not asked to look at it. */
  leftOut?: true | undefined;
  evidence: Exchange[];
}

/** How one part of a run ended. */
export interface ProbeEnd {
  probe: ProbeId;
  seconds: number;
  /** Why it did not come to its end. */
  failure?: string | undefined;
  skipped?: true | undefined;
}

/** A resource that is left, with the command that removes it. */
export interface Left {
  name: string;
  why: string;
}

/** Everything that a run has to tell. */
export interface Outcome {
  run: string;
  project: string;
  region: string;
  startedAt: string;
  seconds: number;
  /** Where it ran: Google Cloud, or the sandbox. */
  against: 'google' | 'sandbox';
  settled: Settled[];
  probes: ProbeEnd[];
  removed: number;
  left: Left[];
  answers: number;
}

/**
 * 0: everything that has a probe was looked at, and nothing is otherwise. 1: something is otherwise. 2: a part of the run
 * failed, or something is left, so the run does not show that all is well.
 */
export function exitCodeOf({
  settled,
  probes,
  left,
}: Pick<Outcome, 'settled' | 'probes' | 'left'>): 0 | 1 | 2 {
  if (settled.some(({ verdict }) => verdict === 'contradicted')) return 1;
  return left.length > 0 || probes.some(({ failure }) => failure !== undefined) ? 2 : 0;
}
