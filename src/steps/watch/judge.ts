import { type Decision, decide } from '../../domain/evidence/decide.ts';
import { advance, type Cell } from '../../domain/evidence/state.ts';
import { decideBy } from '../../domain/watch/rules.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { WatchRequest } from './request.ts';

/** Everything that one look decides on. A recording holds it, so that a replay decides the same. */
export interface LookFacts {
  /** Seconds since the first shift. */
  seconds: number;
  cells: readonly Cell[];
  /** Seconds at this share, and by which the source lags. */
  dwell: number;
  lag: number;
  /** The planned time of this step is over. */
  ended: boolean;
  /** The counts cannot be read, or the traffic looks wrong, so there is no pass. */
  withheld: boolean;
}

/** Books one look and decides. Changes `state`. */
export function judgeLook(
  request: Pick<WatchRequest, 'phase' | 'rule'>,
  state: WatchState,
  look: LookFacts,
): Decision {
  const { phase, rule } = request;
  const { seconds, cells, ended, withheld } = look;
  advance(state.plan, state.evidence, { seconds, phase, cells });
  const { dwell, lag } = look;
  const judged = decide(state.plan, state.evidence, { phase, dwell, lag, ended, withheld });
  return decideBy(rule, state, { seconds, cells, ended, withheld, judged });
}
