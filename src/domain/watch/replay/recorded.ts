import type { ClientCell } from '../../evidence/client-test.ts';
import type { Cell, Phase } from '../../evidence/state.ts';
import type { Objective } from '../../slo/objective.ts';
import type { ClientErrors } from '../clients/cells.ts';
import type { Obstacle } from '../obstacle.ts';
import type { OpenEnd, OpenEndPolicy } from '../outcome.ts';
import type { WatchRule } from '../rules.ts';
import type { WatchState } from '../state.ts';

/** The requests of one look by their answers. */
export interface RecordedClients {
  cells: readonly ClientCell[];
  /** Seconds since the first shift up to which the source has seen everything. */
  horizon: number;
  /** What most of the candidate's 4xx of this step have in common. */
  most?: string | undefined;
}

/** One look of a watch, with everything that it decided on. */
export interface RecordedLook {
  /** Seconds since the first shift. */
  t: number;
  cells: readonly Cell[];
  /** Seconds at this share, and by which the source lagged. */
  dwell: number;
  lag: number;
  ended?: true | undefined;
  withheld?: true | undefined;
  /** The same requests by their answers. Absent in older recordings, which judged no 4xx. */
  clients?: RecordedClients | undefined;
  obstacle?: Obstacle | undefined;
  /** At the end: the obstacle, or counts that were out of date, is why there is no decision. */
  blind?: true | undefined;
}

/** The watch of one step, whole: a replay runs the same decision on it. */
export interface RecordedWatch {
  candidate: string;
  baseline?: string | undefined;
  phase: Phase;
  share: number;
  objectives: readonly Objective[];
  probes: boolean;
  rule?: WatchRule | undefined;
  clientErrors?: ClientErrors | undefined;
  policy?: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined;
  until?: 'pass' | 'duration' | undefined;
  /** No step follows. */
  last: boolean;
  source: string;
  /** The state before the first look. */
  start: WatchState;
  looks: readonly RecordedLook[];
}

/** A recording does not grow beyond this many looks. Then the report has only its polls. */
export const mostLooks = 20_000;
