import type { Decision } from '../../domain/evidence/decide.ts';
import type { Phase } from '../../domain/evidence/state.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { ClientErrors } from '../../domain/watch/clients/cells.ts';
import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SliSource } from '../ports/sli.ts';
import type { WatchProbes } from '../ports/watch-probes.ts';
import type { WatchPoint } from './evidence.ts';
import type { LookFacts } from './look.ts';

export interface WatchPorts {
  clock: Clock;
  log: Log;
  source: SliSource;
  /** Sends test requests, which are counted separately from users. Used if users send too few. */
  probes?: WatchProbes | undefined;
}

/** Which revisions are watched, and how the traffic is split between them. */
export interface WatchedTraffic {
  /** The Cloud Run service; its short name or projects/P/locations/L/services/S. */
  service: string;
  /** Short names of revisions. Without a baseline, the candidate is judged by its objectives alone. */
  candidate: string;
  baseline?: string | undefined;
  /** The candidate's share of traffic, 0 to 1. */
  share: number;
  /** `full` at 100 %. */
  phase: Phase;
  /** URLs of traffic tags. Requests to them are not user traffic. */
  tagUrls?: readonly string[] | undefined;
  /** What the service takes at once, in words, for requests that found no free instance. */
  supply?: string | undefined;
  /** Milliseconds since the epoch at which the PATCH was sent, and at which traffic had settled. Default now. */
  shiftedAt?: number | undefined;
  settledAt?: number | undefined;
}

/** What the watch judges, and what follows from the verdict. */
export interface WatchJudgement {
  objectives: readonly Objective[];
  /** The rule that decides. Default: the evidence. The classical rules give no bound on false rollbacks. */
  rule?: WatchRule | undefined;
  /** Chance of taking back a healthy release, for this region. Default 0.001. */
  alpha?: number | undefined;
  /** Whether 4xx of both revisions are compared. Default: they are only counted. */
  clientErrors?: ClientErrors | undefined;
  /** What to do if the watch ends without a decision. */
  policy?: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined;
  /** False if another canary step follows, so that too few requests do not end the release. Default true. */
  last?: boolean | undefined;
}

/** How long the watch lasts, and how often it looks. */
export interface WatchPace {
  /** Seconds that this step lasts at most. */
  durationSeconds: number;
  /** Planned seconds of the whole split phase and of 100 %. Default `durationSeconds`. Fixed at the first step. */
  splitSeconds?: number | undefined;
  fullSeconds?: number | undefined;
  /** `pass` (default) ends as soon as the objectives are proved; `duration` stays the whole time. */
  until?: 'pass' | 'duration' | undefined;
  /** Seconds between two looks. Default 10. */
  pollSeconds?: number | undefined;
  /** Probes that the watch sends per minute. Default 30. */
  probesPerMinute?: number | undefined;
}

export interface WatchRequest extends WatchedTraffic, WatchJudgement, WatchPace {
  /** Where an earlier step or runner stopped. */
  state?: WatchState | undefined;
  onProgress?: ((point: WatchPoint, state: WatchState) => void) | undefined;
  /** With several regions, what they decide together at a look of this one. `own` is what its own counts would decide. */
  together?: ((look: LookFacts, state: WatchState, own: Decision) => Decision) | undefined;
  signal?: AbortSignal | undefined;
}
