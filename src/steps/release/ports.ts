import type { AlertLook } from '../../domain/alerts/judge.ts';
import type { Gate } from '../../domain/budget/gate.ts';
import type { DeployEvidence } from '../../domain/deploy/evidence.ts';
import type { ExposureEvidence } from '../../domain/exposure/evidence.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { GatewayEvidence } from '../../domain/gateway/evidence.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import type { CarriedModel, ReleasedModel } from '../../domain/model/model.ts';
import type { TagResult } from '../../domain/model/tags.ts';
import type { PreflightEvidence } from '../../domain/preflight/row.ts';
import type { State } from '../../domain/release/machine.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { WatchFacts } from '../../domain/watch/evidence.ts';
import type { Services } from '../ports/services.ts';
import type { Deployed } from '../ports/target.ts';
import type { TrafficPorts } from '../traffic/ports.ts';
import type { ProvePorts } from '../traffic/prove-back.ts';
import type { WatchRequest } from '../watch/request.ts';

export interface StageResult<Evidence = unknown> {
  verdict: Verdict;
  /** The reason, in one sentence. */
  reason: string;
  findings?: readonly Finding[];
  evidence?: Evidence | undefined;
}

export interface GuardStage extends StageResult<ExposureEvidence> {
  exposure: 'private' | 'public' | 'unknown';
  /** What the guard closed, one sentence each. */
  repaired: readonly string[];
}

export interface PreflightStage extends StageResult<PreflightEvidence> {
  /** What will not be checked, or not be possible. One sentence each. */
  warnings: readonly string[];
  /** What is deployed. Undefined if it could not be read. */
  live: { deployed: Deployed | undefined } | undefined;
}

export interface DeployStage extends StageResult<DeployEvidence> {
  /** Short name of the candidate. */
  revision: string | undefined;
  /** projects/P/locations/L/services/S */
  service: string | undefined;
  url: string | undefined;
  /** The serving revision already carries this source and configuration. */
  unchanged: boolean;
  /** The function resource already describes this source and configuration, even if another revision serves. */
  sameAsFunction?: boolean | undefined;
  version?: string | undefined;
  updatedAt?: string | undefined;
  /** What is deployed, in one word. */
  content?: 'source' | 'image' | undefined;
  /** Labels that a function gets from this source and configuration. */
  labels?: Readonly<Record<string, string>> | undefined;
}

export interface GatewayStage extends StageResult<GatewayEvidence> {
  /** What was changed, one sentence each. */
  changed: readonly string[];
}

export interface WatchStage extends StageResult<WatchFacts> {
  /** The probable cause of the errors: the release, the platform, or unknown. */
  blame?: string | undefined;
  /** What the release does next, by its policy. */
  next: 'go_on' | 'hold' | 'roll_back';
  /** State for the next segment of the same release. */
  state?: unknown;
  requests?: number | undefined;
  bad?: number | undefined;
}

export interface WatchTarget {
  service: string;
  candidate: string;
  baseline: string | undefined;
  /** The candidate's fraction of the traffic, 0 to 1. */
  share: number;
  /** Seconds that this step may last, and the planned seconds of all canary steps together and of 100 %. */
  seconds: number;
  splitSeconds: number;
  fullSeconds: number;
  phase: 'split' | 'full';
  /** Index of the step, and the number of steps. */
  step: number;
  steps: number;
  /** When the shift was sent, and when the traffic was seen to follow it (milliseconds since the epoch). */
  shiftedAt: number;
  settledAt: number;
  /** URLs of our tags. Requests to them are not users' traffic. */
  tagUrls: readonly string[];
  /** What the service takes at once, in words. */
  supply?: string | undefined;
  state?: unknown;
  /** With several regions, what they decide together. */
  together?: WatchRequest['together'];
  /** Called with the state at every look, so that it can be saved for another runner. */
  onState?: ((state: unknown) => void) | undefined;
}

/**
 * The other stages of a release. The action that starts the release binds them to their ports and inputs. `alive` and
 * `rate` check the revision that the traffic went back to; `rate` is absent without objectives.
 */
export interface ReleaseStages extends ProvePorts {
  /** Tries what the other stages need, before the first change. */
  preflight?: ((signal: AbortSignal) => Promise<PreflightStage>) | undefined;
  /** Reads the open alerts; absent if nobody asks for them. */
  alerts?: ((signal: AbortSignal) => Promise<AlertLook>) | undefined;
  /** The budget gate; absent without objectives. `service` is the full name of the Cloud Run service. */
  budget?: ((service: string, signal: AbortSignal) => Promise<StageResult<Gate>>) | undefined;
  /** `brief` shortens the log, because an earlier look has logged the details. */
  guard(mode: 'verify' | 'enforce', options: { brief: boolean; signal?: AbortSignal }): Promise<GuardStage>;
  /**
   * Builds the candidate, which gets 0 % because the traffic is pinned. `plan` only computes the changes and sends nothing.
   * `expect` is the version at planning; if it differs, another deploy has changed the function since. `onBegun` is called
   * once Cloud Functions has begun to change the function.
   */
  deploy(
    options: { plan: boolean; expect?: string | undefined; onBegun?: () => void },
    signal: AbortSignal,
  ): Promise<DeployStage>;
  /** The smoke test. Absent without a smoke suite. */
  smoke?:
    | ((
        target: {
          url: string;
          audience: string;
          revision: string;
          service?: string | undefined;
          /** The revision that serves, at its URL, or why there is none to compare with. */
          champion: { url: string; revision: string } | string;
        },
        signal: AbortSignal,
      ) => Promise<StageResult<SmokeEvidence>>)
    | undefined;
  /** The smoke test through what stands in front of the function, at 100 %. Absent if nothing is named. */
  door?:
    | {
        /** Tries before the first change whether it is one. Throws if it is not. Sends no credential. */
        knock(signal: AbortSignal): Promise<void>;
        test(
          behind: {
            url: string;
            audience: string;
            service?: string | undefined;
            revision?: string | undefined;
          },
          signal: AbortSignal,
        ): Promise<StageResult<SmokeEvidence>>;
      }
    | undefined;
  /** The model that the candidate gets. Absent if none is named. */
  model?:
    | {
        /** The exact version, which every later deploy of this release carries. Throws if it cannot be released. */
        resolve(signal: AbortSignal): Promise<ReleasedModel>;
        /** Can new instances still get the model that a revision carries? Undefined if that cannot be known. */
        isThere(carried: CarriedModel, signal: AbortSignal): Promise<boolean | 'changed' | undefined>;
        /** Makes the alias name what serves, if it names one of `mayLeave` now. A signal does not stop it. */
        follow(service: string, mayLeave: readonly (string | undefined)[]): Promise<AliasResult>;
        /** Makes the versions say which of them serves. Undefined: this registry has no place for that. A signal does not stop it. */
        tag(service: string): Promise<TagResult | undefined>;
      }
    | undefined;
  /** The gateway in front of the function. Absent without a document. */
  gateway?:
    | {
        /** Judges the document and reads what serves. Changes nothing. */
        plan(signal: AbortSignal): Promise<GatewayStage>;
        /** `beforeMove` is called with what will be moved, before it is. */
        apply(how: {
          signal: AbortSignal;
          beforeMove(move: RecordedGateway): Promise<void>;
        }): Promise<GatewayStage>;
        /** Takes back what `apply` has moved. Undefined if it has moved nothing. A signal does not stop it. */
        back(): Promise<GatewayStage | undefined>;
      }
    | undefined;
  /** Tries before the first shift whether the watch can read its counts. Throws `quota-spent` if a quota forbids it. */
  countable?: ((service: string, signal: AbortSignal) => Promise<void>) | undefined;
  /** The watch. Absent without objectives; then each step only waits for its time to pass. */
  watch?: ((target: WatchTarget, signal: AbortSignal) => Promise<WatchStage>) | undefined;
}

/**
 * One region's place among the regions of a release. Absent if the release has one region. Every region is a release of
 * its own, and these are the moments at which the regions wait for each other.
 */
export interface WavePlace {
  /** Waits until this region may begin the step. */
  turn(
    at: {
      phase: 'canary' | 'full' | 'finishing';
      step: number;
      /** Short name of the revision that this region would promote. */
      candidate: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** What the other regions would promote, by their names. Without those that have ended. */
  others(): Readonly<Record<string, string>>;
  /** Waits until every region can be promoted. From then on some are, so none may go back. */
  agree(signal: AbortSignal): Promise<void>;
  /** Aborted once another region has stopped this one. `stop` then says what this one does. */
  readonly stopped: AbortSignal;
  readonly stop: { event: 'called_back' | 'undecided'; reason: string } | undefined;
  /** Told of every change of the phase: what it was before, and whether anything in the cloud was changed until now. */
  moved(region: {
    state: State;
    from: State['phase'];
    reason: string;
    lastError: unknown;
    changed: boolean;
  }): void;
}

/** The release calls this as each stage ends, for the log and the draft of the summary. */
export interface ReleaseObserver {
  stage(entry: StageEntry): void;
}

export interface StageEntry {
  /** Name for people: `Budget gate`, `Build`, `Watch 10 %`. */
  stage: string;
  kind: StageKind;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  verdict: Verdict;
  note: string;
  /** For a watch: the percent of traffic that the candidate had. */
  percent?: number | undefined;
  /** For a rollback: true if the old revision answered a call afterwards. */
  answered?: boolean | undefined;
}

export type StageKind = 'check' | 'build' | 'smoke' | 'watch' | 'back' | 'verify' | 'finish';

export interface ReleasePorts extends TrafficPorts {
  /** A client that gives up after seconds, for the 7.5 s after SIGINT. */
  urgent: Services;
  stages: ReleaseStages;
  observer: ReleaseObserver;
  signal: AbortSignal;
  wave?: WavePlace | undefined;
}
