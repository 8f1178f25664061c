import type {
  Ancestor,
  DenyRule,
  FunctionFacts,
  GatewayFact,
  Level,
  PoolProvider,
  Reading,
} from '../../domain/exposure/facts.ts';

/**
 * What the use cases need of the world. Adapters implement these, tests fake them. `signal` aborts a wait at once;
 * every method that talks to a server has its own deadline and throws `ReleaseError`.
 */

import type { BodyPart } from '../../domain/smoke/body.ts';
import type { Attempt } from '../../domain/smoke/retry.ts';
import type { SourceFile } from '../../domain/source/manifest.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import type { SpanCount } from '../../domain/watch/marks.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Whole lines, already free of workflow commands; nothing remote is trusted. */
export interface Log {
  line(text: string): void;
  warning(text: string): void;
  /** A collapsed group of detail. */
  detail(title: string, lines: readonly string[]): void;
  debug(text: string): void;
}

/** Tokens of the identity that an action runs as. They stay in memory and renew themselves. */
export interface Tokens {
  /** OAuth access token for Google APIs, valid for at least another minute. */
  accessToken(signal?: AbortSignal): Promise<string>;
  /** Google-signed ID token for one audience (the URL of the service), valid for at least another minute. */
  idToken(audience: string, signal?: AbortSignal): Promise<string>;
}

export interface TimedToken {
  token: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  expiresAt: number;
}

/** The token source with what `auth` and the doctor need beyond `Tokens`. */
export interface LoginTokens extends Tokens {
  /** The federated token itself, whatever impersonation follows. */
  federated(signal?: AbortSignal): Promise<TimedToken>;
  access(signal?: AbortSignal): Promise<TimedToken>;
  id(audience: string, signal?: AbortSignal): Promise<TimedToken>;
  /** Claims of the last token that GitHub issued to this run, never verified. */
  claims(): Record<string, unknown> | undefined;
}

/** JSON as it came over the wire: plan, drift and "unchanged" read this, never a typed message. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

/** One entry of a Cloud Run service's `traffic` (run.googleapis.com v2 TrafficTarget). */
export interface TrafficTarget {
  type?: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' | 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' | undefined;
  /** Short name of the revision; absent for LATEST. */
  revision?: string | undefined;
  percent?: number | undefined;
  tag?: string | undefined;
}

export interface TrafficStatus extends TrafficTarget {
  /** URL of the tag, where there is one. */
  uri?: string | undefined;
}

/** The parts of a Cloud Run v2 Service that the stages read. Names are short, URLs whole. */
export interface RunService {
  /** projects/P/locations/L/services/S */
  name: string;
  uri: string;
  urls: string[];
  etag: string;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  traffic: TrafficTarget[];
  trafficStatuses: TrafficStatus[];
  latestCreatedRevision: string | undefined;
  latestReadyRevision: string | undefined;
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  ingress: string | undefined;
  customAudiences: string[];
  reconciling: boolean;
  /** What was asked for has been worked on: generation equals observedGeneration, and nothing is under way. */
  arrived: boolean;
  /** It has arrived, and the terminal condition succeeded. */
  settled: boolean;
  terminalMessage: string | undefined;
  raw: JsonObject;
}

export interface RunRevision {
  /** Short name. */
  name: string;
  ready: boolean;
  /** It has come to the end of being started, and cannot serve; neither is said while the platform still works on it. */
  failed: boolean;
  createTime: string;
  message: string | undefined;
  logUri: string | undefined;
  raw: JsonObject;
}

/** Cloud Run v2 over REST. Writes carry the etag; `conflict` is a value so that callers re-read and re-decide. */
export interface Services {
  get(service: string, signal?: AbortSignal): Promise<RunService | undefined>;
  revisions(service: string, signal?: AbortSignal): Promise<RunRevision[]>;
  revision(service: string, revision: string, signal?: AbortSignal): Promise<RunRevision | undefined>;
  /** PATCH with exactly the named fields. Resolves once the server has accepted it, not once it has settled. */
  patch(
    service: string,
    change: {
      traffic?: TrafficTarget[];
      annotations?: Record<string, string>;
      invokerIamDisabled?: boolean;
      ingress?: string;
    },
    options: { etag: string; validateOnly?: boolean; signal?: AbortSignal },
  ): Promise<'accepted' | 'conflict'>;
}

/** One anonymous or authenticated request to a URL of the function; redirects are answers. */
export interface Prober {
  probe(
    url: string,
    options: {
      method: string;
      token?: string;
      body?: Uint8Array;
      headers?: Record<string, string>;
      timeoutMs: number;
      signal?: AbortSignal;
    },
  ): Promise<ProbeAnswer>;
}

export interface ProbeAnswer {
  /** 0 where no answer arrived; `error` then says why. */
  status: number;
  headers: Record<string, string>;
  /** At most 64 KiB of the body. */
  body: string;
  milliseconds: number;
  error?: string | undefined;
}

export interface StateMessage {
  severity: string;
  type: string;
  message: string;
}

/** One stage of a function operation (google.cloud.functions.v2.Stage), enums as names. */
export interface FunctionStage {
  name: string;
  state: string;
  message: string;
  /** Cloud Build build or Run service that the stage works on. */
  resource: string | undefined;
  /** Console link. */
  resourceUri: string | undefined;
  messages: StateMessage[];
}

export interface FunctionOperation {
  /** projects/P/locations/L/operations/O */
  name: string;
  done: boolean;
  /** Full name of the function. */
  target: string | undefined;
  buildName: string | undefined;
  createTime: string | undefined;
  stages: FunctionStage[];
  /** The function as it was asked for, where the API says so. */
  request: JsonObject | undefined;
  /** google.rpc.Status of a failed operation. */
  error: { code: number; message: string } | undefined;
}

/**
 * Cloud Functions v2. Reads are raw JSON; writes name every field they send in a mask of leaf paths. A 409 is a value,
 * since the caller has to look again before it decides.
 */
export interface Functions {
  get(name: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** google.cloud.functions.v2.ListRuntimesResponse.Runtime, raw, first generation included. */
  runtimes(location: string, signal?: AbortSignal): Promise<JsonObject[]>;
  /** The operation that works on this function now, if one does. */
  runningOperation(name: string, signal?: AbortSignal): Promise<FunctionOperation | undefined>;
  operation(name: string, signal?: AbortSignal): Promise<FunctionOperation>;
  uploadUrl(location: string, kmsKeyName: string | undefined, signal?: AbortSignal): Promise<UploadTarget>;
  create(name: string, body: JsonObject, signal?: AbortSignal): Promise<FunctionOperation | 'conflict'>;
  update(
    name: string,
    body: JsonObject,
    mask: readonly string[],
    signal?: AbortSignal,
  ): Promise<FunctionOperation | 'conflict'>;
  /** Loads what writes need, so that it costs no time later. */
  prepare(): void;
}

export interface UploadTarget {
  /** Signed: whoever has it may write the source. */
  uploadUrl: string;
  /** google.cloud.functions.v2.StorageSource */
  storageSource: JsonObject;
}

export interface SourceTree {
  /** Sorted by their paths. */
  files: SourceFile[];
  /** Hex digest of the sorted manifest; the same on any machine. */
  sha256: string;
  /** Sum of the sizes in bytes. */
  bytes: number;
  /** What decided which files are in: a line for the log. */
  rules: string;
  /** Paths that a rule left out, up to a limit. */
  ignored: { count: number; sample: string[] };
}

export interface SourceArchive {
  path: string;
  bytes: number;
  remove(): void;
}

/** The source folder and its upload. */
export interface Sources {
  scan(folder: string, signal?: AbortSignal): Promise<SourceTree>;
  pack(tree: SourceTree, signal?: AbortSignal): Promise<SourceArchive>;
  upload(archive: SourceArchive, target: UploadTarget, signal?: AbortSignal): Promise<void>;
}

/** The end of a build's log, or why it could not be read; never throws for want of a permission. */
export interface BuildLogs {
  tail(
    project: string,
    location: string,
    build: string,
    lines: number,
    signal?: AbortSignal,
  ): Promise<{ lines: string[]; unreadable?: string | undefined }>;
  /** What a revision itself wrote to its output and error streams, its last lines. */
  revision?(
    project: string,
    location: string,
    revision: string,
    lines: number,
    signal?: AbortSignal,
  ): Promise<{ lines: string[]; unreadable?: string | undefined }>;
}

/** What makes a finished request bad: an error answer, or an answer slower than `slowerThanMs`. */
export interface SliObjective {
  /** Unique, such as `availability` or `latency`. */
  id: string;
  kind: 'availability' | 'latency';
  /** For latency: the bound in milliseconds. */
  slowerThanMs?: number | undefined;
}

export interface SliQuery {
  /** Short name of the Cloud Run service. */
  service: string;
  /** Short names of the revisions to count. */
  revisions: readonly string[];
  objectives: readonly SliObjective[];
  /** Milliseconds since the epoch: requests from then on count. */
  since: number;
  /** Where an earlier reader of the same source stopped, to go on from there without counting twice. */
  cursor?: string | undefined;
  /** URLs of traffic tags: what was sent to them is no user's request. */
  tagUrls?: readonly string[] | undefined;
}

/** New finished requests of one revision under one objective. */
export type SliCount = SpanCount;

export interface SliReading {
  /** Increments since the reading before; a request is in exactly one reading. */
  counts: SliCount[];
  /** What the bad ones among them have in common, as far as the source knows. */
  failures?: Failure[] | undefined;
  /** Milliseconds since the epoch until when the source has seen everything. */
  horizon: number;
  /** Milliseconds by which it lags now, measured or announced. */
  lagMs: number;
  /** For `SliQuery.cursor`; empty where a later reader may as well begin anew. */
  cursor: string;
  /** What a reader of the summary should know, such as a sample. */
  notes: string[];
  /** Which source this is from, where one stands in for another. */
  source: string;
  /** Part of the requests that is judged, where more arrive than can be read; default all. */
  sampled?: number | undefined;
  /** Longest stretch that is counted as one, so that one across a change of traffic is nobody's; default none. */
  bucketMs?: number | undefined;
}

/** A reader of one watch. `poll` throws `ReleaseError` where it could not see; the next call may succeed. */
export interface SliReader {
  readonly source: string;
  /** `marks`: ascending moments at which traffic changed (milliseconds since the epoch). */
  poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading>;
}

/** Where counts of requests come from. The newest partial bucket is never in a reading. */
export interface SliSource {
  readonly name: string;
  open(query: SliQuery): SliReader;
  /** Finished requests of all revisions in a closed stretch of time (milliseconds); for budget and traffic. */
  total(
    query: Pick<SliQuery, 'service' | 'objectives'>,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<SliTotals>;
}

/** By objective id; undefined where the source has nothing, which is not zero requests. */
export type SliTotals = Record<string, { total: number; bad: number } | undefined>;

/** One request of our own to the candidate or the revision beside it, judged by the smoke suite. */
export interface WatchProbes {
  /** Sends one and says whether it was good; throws where it could not be sent. */
  probe(
    target: 'candidate' | 'baseline',
    signal?: AbortSignal,
  ): Promise<{ bad: boolean; milliseconds: number }>;
}

/** A policy's place: the level tells the API, `resource` is the name as that API has it. */
export interface PolicyPlace {
  level: Level;
  resource: string;
  /** Of a function: the policy of a 1st gen one is served by another version of the API. */
  generation?: 1 | 2;
}

/**
 * Reads of everything that decides who may call a function. A read that fails is a value that names the call and the
 * missing permission; only a cancelled run and a login that fails are thrown.
 */
export interface ExposureSources {
  describe(
    project: string,
    region: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<Reading<FunctionFacts>>;
  /** The policy as it came, conditions included (version 3). */
  policy(place: PolicyPlace, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  /** Replaces the policy; it carries the etag it was read with. Throws where it is denied. */
  setPolicy(place: PolicyPlace, policy: object, signal?: AbortSignal): Promise<'accepted' | 'conflict'>;
  /** Permissions of a role; each role is read once. */
  role(role: string, signal?: AbortSignal): Promise<Reading<readonly string[]>>;
  projectNumber(project: string, signal?: AbortSignal): Promise<Reading<string>>;
  /** Folders and organisation above the project, nearest first, without the project itself. */
  ancestry(project: string, signal?: AbortSignal): Promise<Reading<Ancestor[]>>;
  orgPolicy(
    project: string,
    constraint: string,
    signal?: AbortSignal,
  ): Promise<Reading<{ enforced: boolean }>>;
  /** Deny rules attached to one project, folder or organisation. */
  denyRules(place: Ancestor, signal?: AbortSignal): Promise<Reading<DenyRule[]>>;
  poolProviders(pool: string, signal?: AbortSignal): Promise<Reading<PoolProvider[]>>;
  /** Gateways of the project that forward to one of these URLs. */
  gateways(project: string, urls: readonly string[], signal?: AbortSignal): Promise<Reading<GatewayFact[]>>;
}

/** One request of the smoke test to the function under test. */
export interface SmokeHttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Pieces around the bytes of an image, or so many zero bytes. Made anew at every call. */
  body: { parts: readonly BodyPart[]; image: Uint8Array } | { zeros: number } | undefined;
  /** Sent as a bearer. */
  token: string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface SmokeHttp {
  /** One attempt; what goes wrong on the way is a value, only a cancelled run or a refused endpoint throws. */
  send(request: SmokeHttpRequest): Promise<Attempt>;
}
