import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { Merging } from '../../domain/deploy/merge.ts';
import type { DeployPlan } from '../../domain/deploy/plan.ts';
import type { Settings } from '../../domain/deploy/settings.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Outcome, Verdict } from '../../domain/findings/verdict.ts';
import type { ResolvedModel } from '../../domain/model/model.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunService, Services, TrafficStatus } from '../ports/services.ts';
import type { Deployed } from '../ports/target.ts';

/** Result of an exposure check: the part of the guard's result that a deploy needs. */
export interface ExposureSeen {
  verdict: Verdict;
  exposure: 'private' | 'public' | 'unknown';
  reason: string;
  findings: readonly Finding[];
  repaired: readonly string[];
}

/** Checks who may call the function. `enforce` also closes what is open. */
export type LookAtExposure = (mode: 'verify' | 'enforce', signal?: AbortSignal) => Promise<ExposureSeen>;

/** One kind of deployment: reads what is deployed and what to deploy, refuses what cannot end well, and plans. Writes nothing. */
export interface Driver {
  prepare(run: DeployRun): Promise<Attempt>;
}

/** A change that is planned, and how to carry it out. */
export interface Attempt {
  plan: DeployPlan;
  /** What was deployed when the plan was made. */
  live: Deployed | undefined;
  service: RunService | undefined;
  /** An operation that an interrupted attempt of this deploy has begun; its name may be unknown. */
  ours: { operation: string | undefined } | undefined;
  /** Logs what is deployed, and what of it is left out. */
  logContent(): void;
  /**
   * Sends the change, or joins the operation that is making it. Sets `run.sent` before the first write. `pinned` is the service after
   * its traffic was pinned.
   */
  begin(pinned: RunService | undefined): Promise<{ operation: string | undefined; joined: boolean }>;
  /** Waits for the end. Throws if the change failed. */
  end(): Promise<void>;
  /** Reads what the change made. */
  read(): Promise<Deployed | undefined>;
  /** Changes only the ingress. Returns what is deployed then. */
  setIngress(wanted: string): Promise<Deployed | undefined>;
}

export interface DeployPorts {
  driver: Driver;
  services: Services;
  clock: Clock;
  log: Log;
  /** `by-caller`: the caller checks the exposure itself, before and after the deploy, as the release does. */
  exposure: LookAtExposure | 'by-caller';
}

export interface DeployRequest extends Merging {
  project: string;
  region: string;
  /** Short name of the function. */
  name: string;
  sourceDir: string;
  /** The kind that the user named, or that follows from what is given. Undefined: what exists decides. */
  kind?: TargetKind | undefined;
  /** The container image, as the user wrote it. Absent if source is deployed. */
  image?: string | undefined;
  /** Only the settings that the inputs name. */
  settings: Settings;
  /** The model that the revision carries. `withModel` has put its variables among the settings. */
  model?: ResolvedModel | undefined;
  /** The new revision stays at 0 %. If the service follows LATEST, its traffic is pinned first. */
  noTraffic: boolean;
  /**
   * If false, the traffic stays as the service's settings split it. If true (the default), the new revision gets all traffic once it is
   * proved private.
   */
  allTraffic?: boolean;
  /** True to compute only the plan and change nothing. */
  dryRun: boolean;
  onExposed: 'close' | 'fail' | 'internal';
  onConflict: 'stop' | 'rebase';
  /** Seconds for the whole operation, including waits for other deploys. */
  deadlineSeconds: number;
  /** A tag that the revision gets, for a URL of its own. */
  tag?: string | undefined;
  /** Id of the release or deploy. Its change carries it, because others could take the change for their own. */
  release?: string | undefined;
  /** Tags that the caller will set. Their length is checked before the build. */
  tags?: readonly string[];
  /** What is deployed, as it was just read. Absent: the deploy reads it itself. */
  live?: { deployed: Deployed | undefined } | undefined;
  /** Build even if the serving revision already has this source and configuration. */
  force?: boolean;
  /** The deploy calls this before its first write, but not in a dry run. It may throw to stop the deploy. */
  beforeWrite?: (plan: DeployPlan, live: Deployed | undefined) => void | Promise<void>;
  /** Called once an operation on the function has begun or was joined. From then on the function may change. */
  onBegun?: () => void;
  signal?: AbortSignal | undefined;
}

export interface DeployResult {
  verdict: Verdict;
  outcome?: Outcome | undefined;
  /** The result in one sentence. */
  reason: string;
  /** Short name of the new revision, or of the serving one if nothing changed. */
  revision: string | undefined;
  /** The revision that had all traffic before. */
  previousRevision: string | undefined;
  /** projects/P/locations/L/services/S */
  service: string | undefined;
  url: string | undefined;
  /** URL of the tag that the revision got. */
  tagUrl?: string | undefined;
  /** projects/P/locations/L/operations/O */
  operation: string | undefined;
  /** Digest of the source, or of the image. */
  sourceSha256: string;
  /** The image by its digest, if one was deployed. */
  image: string | undefined;
  /** The traffic after the deploy. */
  traffic: TrafficStatus[];
  unchanged: boolean;
  created: boolean;
  /** True if an earlier attempt of this job started the operation, with the same source and configuration. */
  joined: boolean;
  plan: DeployPlan;
  findings: Finding[];
  exposure: ExposureSeen['exposure'] | undefined;
  repaired: string[];
  /** What is deployed at the end. */
  deployed: Deployed | undefined;
  /** The files that are deployed, and which ignore rules chose them. */
  content: { rules: string; files: { path: string; size: number }[] } | undefined;
  /** Changes that were made, in order. */
  actions: { at: string; what: string }[];
}

/** A pin, and the traffic from before the pin. */
export interface Hold {
  service: string;
  before: TrafficTarget[];
  /** The revision that LATEST meant then (short name). */
  latestReady: string;
  pinned: TrafficTarget[];
}

/** State that the parts of one deploy share. */
export interface DeployRun {
  ports: DeployPorts;
  request: DeployRequest;
  /** Milliseconds of the steady clock. */
  deadline: number;
  result: DeployResult;
  /** A write that may bring a revision was sent. Its result may be unknown. */
  sent: boolean;
  /** The pin that this deploy made, until it is removed. */
  held: Hold | undefined;
  /** Records a change that was made. */
  act(what: string): void;
}
