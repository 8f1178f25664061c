import type { Counts } from '../../domain/evidence/counts.ts';
import type { Blame } from '../../domain/evidence/decide.ts';
import type { Phase } from '../../domain/evidence/state.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import type { NextStep, OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SliSource } from '../ports/sli.ts';
import type { WatchProbes } from '../ports/watch-probes.ts';

export interface WatchPorts {
  clock: Clock;
  log: Log;
  source: SliSource;
  /** Requests of our own as evidence of their own, where users send too few. */
  probes?: WatchProbes | undefined;
}

export interface WatchRequest {
  /** The Cloud Run service; the short name or projects/P/locations/L/services/S. */
  service: string;
  /** Short names of revisions. Without a baseline the candidate is judged by its objectives alone. */
  candidate: string;
  baseline?: string | undefined;
  /** The candidate's share of traffic, 0 to 1, and the phase that it means. */
  share: number;
  phase: Phase;
  objectives: readonly Objective[];
  /** Seconds that this step lasts at the most. */
  durationSeconds: number;
  /** Planned seconds of the whole split phase and of 100 %; default `durationSeconds`. Fixed at the first step. */
  splitSeconds?: number | undefined;
  fullSeconds?: number | undefined;
  /** Chance of taking back a healthy release, for this region. Default 0.001. */
  alpha?: number | undefined;
  /** Milliseconds since the epoch: the PATCH was sent, traffic had settled. Default now. */
  shiftedAt?: number | undefined;
  settledAt?: number | undefined;
  /** `pass` (default) ends as soon as the objectives are proved, `duration` stays the whole time. */
  until?: 'pass' | 'duration' | undefined;
  /** Whether no step follows. Default true; a step that is not the last may end with too few requests. */
  last?: boolean | undefined;
  /** Seconds between two looks. Default 10. */
  pollSeconds?: number | undefined;
  /** Where an earlier step or runner stopped. */
  state?: WatchState | undefined;
  policy?: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined;
  /** Who decides; default the evidence. The classical rules give no bound on false rollbacks. */
  rule?: WatchRule | undefined;
  probesPerMinute?: number | undefined;
  /** URLs of traffic tags, whose requests are nobody's user traffic. */
  tagUrls?: readonly string[] | undefined;
  onProgress?: ((point: WatchPoint, state: WatchState) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** One look: counts are increments since the look before. */
export interface WatchPoint {
  /** Seconds since the first shift. */
  seconds: number;
  share: number;
  /** Seconds since the first shift until when everything was seen. */
  horizon: number;
  tests: {
    candidate: Counts;
    baseline: Counts;
    /** Natural logarithms of the evidence; `against` is the one that decides in this phase. */
    against: number;
    pass: number;
  }[];
}

/** What a test has seen in all, for people. */
export interface TestSummary {
  objective: Objective;
  stream: 'users' | 'probes';
  limit: number;
  /** Since the candidate's first traffic, and of those what it got at 100 %, where it has that. */
  candidate: Counts;
  full: Counts | undefined;
  baseline: Counts;
  /** The candidate's requests of this step that a sample has left out, estimated; they cost budget and prove nothing. */
  unread: Counts | undefined;
  /** Error rates of the candidate that the counts do not contradict (95 %, at whatever moment one looks). */
  interval: [number, number];
  /** The smallest error rate that would have been taken back nine times in ten. */
  detectable: number | undefined;
  /** ln of the evidence against, and the level at which it acts. */
  against: number;
  actsAt: number;
  /** This one decided against the candidate. */
  failed: boolean;
  pass: number;
  /** ln of the evidence that each revision by itself breaks the objective, the candidate in this phase. */
  breaks: { candidate: number; baseline: number | undefined };
}

export interface WatchEvidence {
  candidate: string;
  baseline: string | undefined;
  phase: Phase;
  share: number;
  blame: Blame;
  rule: WatchRule['kind'];
  source: string;
  lagSeconds: number;
  tests: TestSummary[];
  points: WatchPoint[];
  /** What the candidate's bad requests of this step have in common, most frequent first; empty where the source cannot say. */
  failures: Omit<Failure, 'revision'>[];
  notes: string[];
  /** The input of `replay` (DESIGN section 4) for the first objective of users. */
  replay: unknown;
}

export interface WatchResult {
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  /** For `inconclusive`: why it ended open. */
  open: OpenEnd | undefined;
  /** What the policy makes of it. */
  next: NextStep;
  blame: Blame;
  /** Seconds since the first shift. */
  decidedAtSeconds: number;
  evidence: WatchEvidence;
  findings: Finding[];
  /** To hand to the next step, or to save for another runner. */
  state: WatchState;
  /** Users' requests of the candidate that were judged, and how many of them were bad under any one objective. */
  requests: number;
  bad: number;
}
