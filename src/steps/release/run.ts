import type { JsonObject } from '../../domain/data/json.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { SegmentFacts } from '../../domain/release/facts.ts';
import { begin, type Event, type State } from '../../domain/release/machine.ts';
import type { ReleaseEvidence } from '../../domain/report/evidence.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { ServingHealth } from '../../domain/watch/serving-health.ts';
import type { Owner } from '../ports/runs.ts';
import type { DeployStage, ReleasePorts, StageEntry } from './ports.ts';

export interface ReleaseRequest {
  /** projects/P/locations/L/functions/F */
  functionName: string;
  owner: Owner;
  /** Hex; goes into the record, so that a later release can link the difference. */
  commit?: string | undefined;
  /** Percents, 100 last. */
  steps: readonly number[];
  /** Seconds that each share is held where nothing watches; also what the record's expiry is computed from. */
  stepSeconds: number;
  fullSeconds: number;
  /** Seconds until a build is given up. */
  buildSeconds: number;
  afterPromote: 'pinned' | 'latest';
  guardMode: 'verify' | 'enforce';
  retryFailed: boolean;
  /** Seconds to wait for a release that is under way before yielding. */
  waitSeconds: number;
  dryRun: boolean;
  /** Seconds between two looks at whether the traffic is still ours while watching; 0 looks only before writes. */
  lookSeconds: number;
}

/** A change of the candidate's share, for the traffic chart. */
export interface ShareChange {
  at: number;
  percent: number;
}

/** Everything that a release knows of itself. */
export interface ReleaseRun {
  readonly ports: ReleasePorts;
  readonly request: ReleaseRequest;
  state: State;
  /** One sentence for whatever happened last; at the end, the reason. */
  reason: string;
  /** google.cloud.functions.v2.Function, where the gate has read it a moment ago. */
  function: JsonObject | undefined;
  service: string | undefined;
  /** The service's own URL: address and audience of calls. */
  url: string | undefined;
  candidateUrl: string | undefined;
  tagUrls: string[];
  before: { revision: string; traffic: TrafficTarget[] } | undefined;
  /** It turned out to be gone or not ready. */
  beforeGone: boolean;
  candidate: string | undefined;
  functionUpdateTime: string | undefined;
  /** The revision that the function resource describes; after a rollback not the one that serves. */
  functionRevision: string | undefined;
  /** Every array that was sent, also where no answer came back: live traffic equal to one of them is ours. */
  sent: TrafficTarget[][];
  /** Our record has been on the service: where it is not any more, somebody has closed it. */
  recorded: boolean;
  /** What the service's record said before this release began. */
  previous: ReleaseRecord | undefined;
  /** The release that this one gave way to. */
  other: ReleaseRecord | undefined;
  /** The latest revision before this release built one. */
  latestAtStart: string | undefined;
  /** By which what this release builds is known again; from its plan. */
  marks: Readonly<Record<string, string>> | undefined;
  /** As last written. */
  record: ReleaseRecord | undefined;
  /** The build may still bring a new revision after we have gone. */
  buildMayGoOn: boolean;
  deployed: DeployStage | undefined;
  watchState: unknown;
  shares: readonly Allocation[];
  keptPin: boolean;
  unchanged: boolean;
  exposure: 'private' | 'public' | 'unknown' | undefined;
  findings: Finding[];
  warnings: string[];
  evidence: ReleaseEvidence;
  segments: SegmentFacts[];
  /** When traffic was seen at `before` again (milliseconds), and how that revision has done since. */
  wentBackAt: number | undefined;
  after: ServingHealth | undefined;
  shareChanges: ShareChange[];
  stages: StageEntry[];
  taken: { at: string; what: string }[];
  errors: unknown[];
  /** Nothing is left for the post step to settle. */
  settled: boolean;
}

export function newRun(ports: ReleasePorts, request: ReleaseRequest): ReleaseRun {
  return {
    ports,
    request,
    state: begin(request.steps),
    reason: '',
    function: undefined,
    service: undefined,
    url: undefined,
    candidateUrl: undefined,
    tagUrls: [],
    before: undefined,
    beforeGone: false,
    candidate: undefined,
    functionUpdateTime: undefined,
    functionRevision: undefined,
    sent: [],
    recorded: false,
    previous: undefined,
    other: undefined,
    latestAtStart: undefined,
    marks: undefined,
    record: undefined,
    buildMayGoOn: false,
    deployed: undefined,
    watchState: undefined,
    shares: [],
    keptPin: false,
    unchanged: false,
    exposure: undefined,
    findings: [],
    warnings: [],
    evidence: {},
    segments: [],
    wentBackAt: undefined,
    after: undefined,
    shareChanges: [],
    stages: [],
    taken: [],
    errors: [],
    settled: true,
  };
}

/** How a phase ended, and in one sentence why. */
export interface Step {
  event: Event;
  reason: string;
  /** Where the event alone would say too much: a watch that goes on without a decision has passed nothing. */
  verdict?: Verdict;
  /** After the way back: the old revision answered a call. */
  answered?: boolean | undefined;
}

export const passed = (reason = ''): Step => ({ event: 'passed', reason });

export function taken(run: ReleaseRun, what: string): void {
  run.taken.push({ at: new Date(run.ports.clock.now()).toISOString(), what });
}

/** Notes a stage for the log and the timeline. */
export function note(run: ReleaseRun, entry: Omit<StageEntry, 'endedAt'>): void {
  const whole: StageEntry = { ...entry, endedAt: run.ports.clock.now() };
  run.stages.push(whole);
  run.ports.observer.stage(whole);
}

/** Somebody deployed meanwhile: theirs sits at 0 %, all green, and is never promoted by us. */
export function noteForeign(run: ReleaseRun, latest: string | undefined): void {
  const known = [undefined, run.candidate, run.before?.revision, run.latestAtStart];
  if (run.candidate === undefined || latest === undefined || known.includes(latest)) return;
  if (run.findings.some((finding) => finding.rule === 'foreign-revision' && finding.title.includes(latest)))
    return;
  run.findings.push({
    rule: 'foreign-revision',
    severity: 'high',
    title: `${latest} was deployed while this release was under way; it gets no traffic, and this release does not promote it.`,
    why: 'Somebody deployed the same function with another tool or another workflow.',
    fix: 'Release that revision on its own: run this release again from its commit.',
  });
}
