import type { Gate } from '../../domain/budget/gate.ts';
import type { DeployEvidence } from '../../domain/deploy/evidence.ts';
import type { ExposureEvidence } from '../../domain/exposure/evidence.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { WatchFacts } from '../../domain/watch/evidence.ts';
import type { Services } from '../ports/services.ts';
import type { TrafficPorts } from '../traffic/ports.ts';
import type { ProvePorts } from '../traffic/prove-back.ts';

export interface StageResult<Evidence = unknown> {
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  findings?: readonly Finding[];
  evidence?: Evidence | undefined;
}

export interface GuardStage extends StageResult<ExposureEvidence> {
  exposure: 'private' | 'public' | 'unknown';
  /** What was closed, in words. */
  repaired: readonly string[];
}

export interface DeployStage extends StageResult<DeployEvidence> {
  /** Short name of the candidate. */
  revision: string | undefined;
  /** projects/P/locations/L/services/S */
  service: string | undefined;
  url: string | undefined;
  /** The serving revision already carries this source and configuration. */
  unchanged: boolean;
  /** The function resource already describes this source and configuration, whatever serves. */
  sameAsFunction?: boolean | undefined;
  functionUpdateTime?: string | undefined;
  /** The labels by which a function made from this source and configuration is known again. */
  marks?: Readonly<Record<string, string>> | undefined;
}

export interface WatchStage extends StageResult<WatchFacts> {
  /** Whose fault it is: the release's, the platform's, or unknown. */
  blame?: string | undefined;
  /** What the policy makes of the verdict. */
  next: 'go_on' | 'hold' | 'roll_back';
  /** For the next segment of the same release. */
  state?: unknown;
  requests?: number | undefined;
  bad?: number | undefined;
}

export interface WatchTarget {
  service: string;
  candidate: string;
  baseline: string | undefined;
  /** From 0 to 1. */
  share: number;
  /** Seconds that this step lasts at the most, and how long all steps up to 50 % and all traffic are planned to last. */
  seconds: number;
  splitSeconds: number;
  fullSeconds: number;
  phase: 'split' | 'full';
  /** Index of the step and how many there are. */
  step: number;
  steps: number;
  /** Milliseconds since the epoch: the shift was sent, it had settled. */
  shiftedAt: number;
  settledAt: number;
  /** URLs of our tags, whose requests are nobody's user traffic. */
  tagUrls: readonly string[];
  state?: unknown;
  /** Hears of the state at every look, so that it can be kept for another runner. */
  onState?: ((state: unknown) => void) | undefined;
}

/**
 * The other stages, bound to their own ports and inputs by whoever starts the release. `alive` and `rate` prove the
 * revision that traffic went back to; `rate` is absent without objectives.
 */
export interface ReleaseStages extends ProvePorts {
  /** Absent: no objectives, no gate. `service` is the full name of the Cloud Run service. */
  budget?: ((service: string, signal: AbortSignal) => Promise<StageResult<Gate>>) | undefined;
  /** `brief` where an earlier look has told the same at length. */
  guard(mode: 'verify' | 'enforce', options: { brief: boolean; signal?: AbortSignal }): Promise<GuardStage>;
  /**
   * Builds at 0 %, where a pin is in place. `plan` computes what would be done, and sends nothing; `expect` is the
   * function's update time when the release was planned: another one means that somebody else has deployed since.
   */
  deploy(options: { plan: boolean; expect?: string | undefined }, signal: AbortSignal): Promise<DeployStage>;
  /** Absent: no suite. */
  smoke?:
    | ((
        target: { url: string; audience: string; revision: string; service?: string | undefined },
        signal: AbortSignal,
      ) => Promise<StageResult<SmokeEvidence>>)
    | undefined;
  /** Absent: no objectives; the shares are then only held for their time. */
  watch?: ((target: WatchTarget, signal: AbortSignal) => Promise<WatchStage>) | undefined;
}

/** Follows a release as it goes: the log, a draft of the summary. */
export interface ReleaseObserver {
  stage(entry: StageEntry): void;
}

export interface StageEntry {
  /** Words for people: `Budget gate`, `Build`, `Watch 10 %`. */
  stage: string;
  kind: StageKind;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  verdict: Verdict;
  note: string;
  /** For a watch: percent of the traffic that the candidate had. */
  percent?: number | undefined;
  /** For the way back: the old revision answered a call afterwards. */
  answered?: boolean | undefined;
}

export type StageKind = 'check' | 'build' | 'smoke' | 'watch' | 'back' | 'verify' | 'finish';

export interface ReleasePorts extends TrafficPorts {
  /** Attempts of a second or two: for the 7.5 s after SIGINT. */
  urgent: Services;
  stages: ReleaseStages;
  observer: ReleaseObserver;
  signal: AbortSignal;
}
