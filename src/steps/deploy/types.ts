import type { JsonObject } from '../../domain/data/json.ts';
import type { DeployPlan } from '../../domain/deploy/plan.ts';
import type { Settings } from '../../domain/deploy/settings.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Outcome, Verdict } from '../../domain/findings/verdict.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { BuildLogs } from '../ports/build-logs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Functions } from '../ports/functions.ts';
import type { Log } from '../ports/log.ts';
import type { Services, TrafficStatus } from '../ports/services.ts';
import type { Sources } from '../ports/source.ts';

/** What a look at the exposure told: the part of a guard's result that a deploy decides by. */
export interface ExposureSeen {
  verdict: Verdict;
  exposure: 'private' | 'public' | 'unknown';
  reason: string;
  findings: readonly Finding[];
  repaired: readonly string[];
}

/** Looks at who may call the function; `enforce` also closes what is open. */
export type LookAtExposure = (mode: 'verify' | 'enforce', signal?: AbortSignal) => Promise<ExposureSeen>;

export interface DeployPorts {
  functions: Functions;
  services: Services;
  sources: Sources;
  buildLogs: BuildLogs;
  clock: Clock;
  log: Log;
  /** SHA-256, hex. */
  sha256: (text: string) => string;
  /** `by-caller` where whoever calls guards before and after by itself, as the release does. */
  exposure: LookAtExposure | 'by-caller';
}

export interface DeployRequest {
  project: string;
  region: string;
  /** Short name. */
  name: string;
  sourceDir: string;
  /** What was asked to be set, and nothing else. */
  settings: Settings;
  /** The new revision stays at 0 %; without a pin in place, one is made. */
  noTraffic: boolean;
  /** False: traffic stays as the service has it. Default true: all to the new revision, once it is proved private. */
  allTraffic?: boolean;
  /** Computes the plan, sends nothing. */
  dryRun: boolean;
  onExposed: 'close' | 'fail' | 'internal';
  onConflict: 'stop' | 'rebase';
  /** Seconds for the operation, waits for others included. */
  deadlineSeconds: number;
  /** Tags that the caller is going to set: their length is checked before the build. */
  tags?: readonly string[];
  /** Build even where the serving revision carries this source and configuration. */
  force?: boolean;
  /** Before the first write, and never on a dry run: throw to stop. */
  beforeWrite?: (plan: DeployPlan) => void | Promise<void>;
  signal?: AbortSignal | undefined;
}

export interface DeployResult {
  verdict: Verdict;
  outcome?: Outcome | undefined;
  /** One sentence. */
  reason: string;
  /** Short name of the new revision, or of the serving one where nothing changed. */
  revision: string | undefined;
  /** The revision that had all traffic before. */
  previousRevision: string | undefined;
  /** projects/P/locations/L/services/S */
  service: string | undefined;
  url: string | undefined;
  /** projects/P/locations/L/operations/O */
  operation: string | undefined;
  sourceSha256: string;
  /** As it is in the end. */
  traffic: TrafficStatus[];
  unchanged: boolean;
  created: boolean;
  /** The operation was begun by somebody else with the same source and configuration: an earlier attempt of this job. */
  joined: boolean;
  plan: DeployPlan;
  findings: Finding[];
  exposure: ExposureSeen['exposure'] | undefined;
  repaired: string[];
  functionUpdateTime: string | undefined;
  /** google.cloud.functions.v2.Function in the end, raw. */
  function: JsonObject | undefined;
  /** Changes that were made, in order. */
  actions: { at: string; what: string }[];
}

/** A pin, and what was there before it. */
export interface Hold {
  service: string;
  before: TrafficTarget[];
  /** What LATEST meant then. */
  latestReady: string;
  pinned: TrafficTarget[];
}

/** What the parts of one deploy share. */
export interface DeployRun {
  ports: DeployPorts;
  request: DeployRequest;
  /** projects/P/locations/L/functions/F */
  name: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  result: DeployResult;
  /** A write has left for Cloud Functions: what became of it may be unknown. */
  sent: boolean;
  /** The pin that this deploy made, while it lasts. */
  held: Hold | undefined;
  /** Notes a change that was made. */
  act(what: string): void;
}
