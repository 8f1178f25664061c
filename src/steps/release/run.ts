import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import type { CarriedModel, ReleasedModel } from '../../domain/model/model.ts';
import { begin, type Event, type State } from '../../domain/release/machine.ts';
import type { OutsideFact } from '../../domain/traffic/outside/facts.ts';
import type { SavedSettings } from '../../domain/traffic/outside/saved.ts';
import type { OutsideSettings } from '../../domain/traffic/outside/settings.ts';
import type { RecordedGateway, ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { ServingHealth } from '../../domain/watch/serving-health.ts';
import type { Answer } from '../traffic/prove-back.ts';
import { Journal } from './journal.ts';
import type { ReleasePorts } from './ports.ts';
import type { ReleaseRequest } from './request.ts';

/** Decided from the plan of the deploy, before the first change. */
export interface Plan {
  /** The code and settings to release already serve. */
  unchanged: boolean;
  /** Labels that tell this release's build from others; undefined if no plan was made. */
  labels: Readonly<Record<string, string>> | undefined;
  /** What is deployed, in one word. */
  content: 'source' | 'image';
}

/** What was found before the first change. */
export interface Found {
  /** What served, and the traffic to put back. Undefined in a first release, which has nothing to go back to. */
  before: { revision: string; traffic: TrafficTarget[]; model?: CarriedModel | undefined } | undefined;
  /** The settings of the service that traffic does not carry. */
  outside: OutsideSettings | undefined;
  /** What the function itself has saved of them. */
  saved: SavedSettings | undefined;
  /** How the service answered one call before the first change. Undefined if it failed, or was not asked. */
  answer: Promise<Answer | undefined> | undefined;
  /** That answer, for the record, once it is there. */
  answered: Answer | undefined;
  /** The record of the release before this one. */
  previous: ReleaseRecord | undefined;
  /** The latest revision of the service. */
  latest: string | undefined;
  /** The revision that the saved settings describe. After a rollback it is not the one that serves. */
  describedRevision: string | undefined;
}

/** The function and its service as they were last read. All of this is absent if the function does not exist. */
export interface Live {
  /** projects/P/locations/L/services/S */
  service: string | undefined;
  /** The service's own URL: address and audience of calls. */
  url: string | undefined;
  /** The URL that users know, as the API of its kind shows it: a function has one of its own. */
  address: string | undefined;
  /** Undefined if nothing exists yet. */
  kind: TargetKind | undefined;
  /** Differs after every deploy. */
  version: string | undefined;
  /** When it was last changed (RFC 3339). */
  updatedAt: string | undefined;
  serving: readonly Allocation[];
  /** URLs of our tags. */
  candidateUrl: string | undefined;
  tagUrls: readonly string[];
  /** What the service takes at once, in words. */
  supply?: string | undefined;
}

/** What this release last wrote to the service, and what may still change by itself. */
export interface Written {
  record: ReleaseRecord | undefined;
  /** True if our record has been on the service. If it is gone, another process has closed it. */
  recorded: boolean;
  /** The settings that traffic does not carry, as this release's build left them. */
  outside: OutsideSettings | undefined;
  /** True if the last write left a revision pinned by name. */
  keptPin: boolean;
  /** Cloud Functions has begun to change the function, or may have. */
  functionTouched: boolean;
  /** True if the build may still bring a new revision after this release has ended. */
  buildMayGoOn: boolean;
  /** The gateway's move that is neither proved nor taken back: of this release, or left by an earlier one. */
  gateway: RecordedGateway | undefined;
  /** Every region could be promoted, and here the last write failed: what the other regions promote. */
  agreed: ReleaseRecord['agreed'];
  /** State of the watch, for the next segment and for another runner. */
  watchState: unknown;
}

/** How the release ended, apart from its outcome. */
export interface Ending {
  /** `before` turned out to be gone or not ready. */
  beforeGone: boolean;
  /** When the traffic was seen at `before` again (milliseconds); undefined if it did not go back. */
  wentBackAt: number | undefined;
  /** How `before` has been doing since then. */
  after: ServingHealth | undefined;
  /** The settings that this release had changed, with their state after the rollback. */
  outside: readonly OutsideFact[];
  /** What the alias of the model names at the end. Undefined if the release has none. */
  alias: AliasResult | undefined;
  /** The record of the release that this one gave way to. */
  yieldedTo: ReleaseRecord | undefined;
  /** True if nothing is left for the post step to settle. */
  settled: boolean;
  /** What a failed call speaks against: the code of the release, or only what is around it. Undefined if no call failed. */
  blame: 'code' | 'environment' | undefined;
}

/** One release: what was asked, planned, found, built and written, and the journal of what happened. */
export interface ReleaseRun {
  readonly ports: ReleasePorts;
  readonly request: ReleaseRequest;
  readonly journal: Journal;
  /** Where the state machine is. */
  state: State;
  /** What happened last, as part of a sentence. At the end it is the reason of the outcome. */
  reason: string;
  /** The errors whose sentence `reason` holds. */
  quoted: readonly unknown[];
  plan: Plan;
  /** The model that the candidate carries, once it is resolved. Undefined if none is named. */
  model: ReleasedModel | undefined;
  found: Found;
  live: Live;
  /** Short name of the revision that this release built. Undefined if no build has succeeded. */
  candidate: string | undefined;
  /** What the last look of the guard found. */
  exposure: 'private' | 'public' | 'unknown' | undefined;
  written: Written;
  readonly ending: Ending;
}

export function newRun(ports: ReleasePorts, request: ReleaseRequest): ReleaseRun {
  return {
    ports,
    request,
    journal: new Journal(ports.clock, ports.observer),
    state: begin(request.canary),
    reason: '',
    quoted: [],
    plan: { unchanged: false, labels: undefined, content: 'source' },
    model: undefined,
    found: {
      before: undefined,
      outside: undefined,
      saved: undefined,
      answer: undefined,
      answered: undefined,
      previous: undefined,
      latest: undefined,
      describedRevision: undefined,
    },
    live: {
      service: undefined,
      url: undefined,
      address: undefined,
      kind: undefined,
      version: undefined,
      updatedAt: undefined,
      serving: [],
      candidateUrl: undefined,
      tagUrls: [],
    },
    candidate: undefined,
    exposure: undefined,
    written: {
      record: undefined,
      recorded: false,
      outside: undefined,
      keptPin: false,
      functionTouched: false,
      buildMayGoOn: false,
      gateway: undefined,
      agreed: undefined,
      watchState: undefined,
    },
    ending: {
      beforeGone: false,
      wentBackAt: undefined,
      after: undefined,
      outside: [],
      alias: undefined,
      yieldedTo: undefined,
      settled: true,
      blame: undefined,
    },
  };
}

/** How a phase ended, and why. */
export interface PhaseResult {
  event: Event;
  /** Why the phase ended like this, as part of a sentence for people. */
  reason: string;
  /** The name of the stage, if it differs from that of the phase. */
  stage?: string;
  /** What was thrown, if the reason is its sentence. */
  error?: unknown;
  /** The verdict, if it differs from that of the event: a watch that goes on without a decision has not passed. */
  verdict?: Verdict;
  /** When its work began, by the steady clock, if it waited for other regions before. */
  began?: number;
  /** After a rollback: true if the old revision answered a call. */
  answered?: boolean | undefined;
}

export const passed = (reason = ''): PhaseResult => ({ event: 'passed', reason });
export const refused = (reason: string): PhaseResult => ({ event: 'refused', reason });
export const failed = (reason: string): PhaseResult => ({ event: 'failed', reason });
