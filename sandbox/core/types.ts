/**
 * What every API of the sandbox is made of. The sandbox shares no code with the actions: it knows Google's published
 * protos and documentation, not our idea of them.
 */

export interface Principal {
  /** IAM member form: `serviceAccount:E`, `principal://iam.googleapis.com/.../subject/S`, `user:E`. */
  member: string;
  /** Every member string and principalSet that this caller matches, `allAuthenticatedUsers` where it applies. */
  members: readonly string[];
}

export interface Call {
  api: string;
  method: string;
  /** Path without the query, percent-decoded per segment by the router. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Buffer;
  /** Parsed JSON body; throws Google's 400 where it is not JSON. An empty body is `{}`. */
  json(): Record<string, unknown>;
  /** Set where a valid bearer was sent. */
  principal: Principal | undefined;
}

export interface Reply {
  status: number;
  /** Sent as JSON, unless it is a Buffer or a string. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  method: string;
  /** `/v2/projects/:project/locations/:location/functions/:function`, custom verbs as `/v2/.../services/:service:getIamPolicy`. `:rest*` takes the remaining path. */
  pattern: string;
  /** Default true: a missing or bad bearer gets Google's 401. */
  authenticated?: boolean;
  handle(call: Call, params: Record<string, string>): Reply | Promise<Reply>;
}

/** One Google API on a port of its own. */
export interface ApiDefinition {
  /** Name as in `GHA_ENDPOINT_OVERRIDE_<name>` and in the request log. */
  name: string;
  routes: Route[];
  /** Largest request body in bytes; default 10 MiB. */
  maxBodyBytes?: number;
  /** Where a request that no route matches goes; default Google's HTML 404. */
  fallback?: (call: Call) => Reply | Promise<Reply>;
}

/** Throw it from a handler: it becomes Google's error body (google.rpc.Status as JSON). */
export class ApiError extends Error {
  readonly status: number;
  readonly statusName: string;
  readonly details: unknown[];

  constructor(status: number, statusName: string, message: string, details: unknown[] = []) {
    super(message);
    this.status = status;
    this.statusName = statusName;
    this.details = details;
  }
}

export interface RequestRecord {
  time: string;
  api: string;
  method: string;
  /** With the query. */
  path: string;
  principal: string | undefined;
  status: number;
}

export interface Fault {
  api: string;
  method?: string;
  /** Substring of path and query, or a regular expression between slashes. */
  path?: string;
  /** Which matching call fails, from 1. Default 1. */
  nth?: number;
  /** How many matching calls fail from there on. Default 1. */
  times?: number;
  fault: {
    status?: number;
    body?: unknown;
    /** Sent with `status`, such as `retry-after`. */
    headers?: Record<string, string>;
    delayMs?: number;
    /** `before`: the call has no effect; `after`: it takes effect, then the connection is reset. */
    reset?: 'before' | 'after' | true;
    hang?: boolean;
    malformed?: boolean;
    /** Milliseconds during which every matching call fails, instead of `times`. */
    forMs?: number;
  };
}

export interface Binding {
  role: string;
  members: string[];
  condition?: { title?: string; description?: string; expression: string };
}

export interface Policy {
  version?: number;
  etag: string;
  bindings: Binding[];
}

/** Every line of docs/unverified.md is one of these switches. Defaults first. */
export interface Quirks {
  /** Does `allTrafficOnLatestRevision: false` keep a pin when the config was pinned before? */
  functionPatchKeepsPin: boolean;
  /** Do service annotations survive a function PATCH? */
  functionPatchKeepsAnnotations: boolean;
  /** Does a function PATCH reset `invokerIamDisabled` to false? */
  functionPatchResetsInvokerIam: boolean;
  /** Is the tag's own host accepted as audience of an ID token? */
  tagHostIsAudience: boolean;
  /** Does a traffic-only PATCH of the service need iam.serviceAccounts.actAs? */
  trafficPatchNeedsActAs: boolean;
  /** Does a function operation end before the Run service has settled? */
  operationEndsBeforeSettled: boolean;
  /** Is a service not ready while its latest revision is not, whoever serves? */
  failedRevisionFailsService: boolean;
  /** Is a request log's timestamp the start of the request (else its end)? */
  logTimestampIsStart: boolean;
  /** Do 429s for want of an instance carry the revision's label? */
  exhausted429HasRevision: boolean;
}

export const defaultQuirks: Quirks = {
  functionPatchKeepsPin: true,
  functionPatchKeepsAnnotations: true,
  functionPatchResetsInvokerIam: false,
  tagHostIsAudience: true,
  trafficPatchNeedsActAs: false,
  operationEndsBeforeSettled: false,
  failedRevisionFailsService: false,
  logTimestampIsStart: true,
  exhausted429HasRevision: true,
};

/** Everything that may be told to a sandbox when it starts; the control API changes the same at run time. */
export interface SandboxOptions {
  project?: string;
  projectNumber?: string;
  region?: string;
  /** Milliseconds from a request to its log entry being readable. Default 2000. */
  logLagMs?: number;
  /** Milliseconds that Cloud Monitoring points lag. Default 180000. */
  metricLagMs?: number;
  /** Milliseconds a build takes at the least. Default 300. */
  buildMs?: number;
  /** Milliseconds from a traffic change to its taking effect. Default 50. */
  trafficSettleMs?: number;
  /** Milliseconds until an IAM change is effective. Default 0. */
  iamPropagationMs?: number;
  quirks?: Partial<Quirks>;
  /** Folder for uploads and extracted sources; default a fresh temporary folder, removed at the end. */
  folder?: string;
  /** Port by API name (`control`, `run`, ...); the others take a free one. */
  ports?: Record<string, number>;
  /** Sample anonymous reachability of every function URL after every write (`GET /reachability` on control). */
  sampleReachability?: boolean;
}

/** What `npm run sandbox` prints as one JSON line, and what `startSandbox` resolves to. */
export interface Ready {
  ready: true;
  project: string;
  region: string;
  control: string;
  env: Record<string, string>;
}
