import type { Cell } from '../../domain/evidence/state.ts';
import type { RecordedClients } from '../../domain/watch/replay/recorded.ts';

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
  /** The same requests by their answers. Undefined if the source does not tell 4xx apart. */
  clients?: RecordedClients | undefined;
}
