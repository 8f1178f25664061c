/**
 * The types that every API of the sandbox uses. The sandbox shares no code with the actions: it is built from
 * Google's published protos and documentation, not from our understanding of them.
 */

export interface Principal {
  /** IAM member form: `serviceAccount:E`, `principal://iam.googleapis.com/.../subject/S`, `user:E`. */
  member: string;
  /** Every member string and principalSet that this caller matches, including `allAuthenticatedUsers` if it applies. */
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
  /** The parsed JSON body. Throws Google's 400 if the body is not JSON. An empty body is `{}`. */
  json(): Record<string, unknown>;
  /** The caller, if the request has a valid bearer token. */
  principal: Principal | undefined;
}

export interface Reply {
  status: number;
  /** The body, which is sent as JSON unless it is a Buffer or a string. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  method: string;
  /**
   * For example `/v2/projects/:project/locations/:location/functions/:function`. A custom verb follows its parameter, as in
   * `/v2/.../services/:service:getIamPolicy`. `:rest*` takes the remaining path.
   */
  pattern: string;
  /** If true, which is the default, a missing or bad bearer token gets Google's 401. */
  authenticated?: boolean;
  handle(call: Call, params: Record<string, string>): Reply | Promise<Reply>;
}

/** One Google API on its own port. */
export interface ApiDefinition {
  /** The name in `GHA_ENDPOINT_OVERRIDE_<name>` and in the request log. */
  name: string;
  routes: Route[];
  /** The largest request body in bytes. Default 10 MiB. */
  maxBodyBytes?: number;
  /** Answers requests that no route matches. Default: Google's HTML 404. */
  fallback?: (call: Call) => Reply | Promise<Reply>;
}

/** Handlers throw it. The server turns it into Google's error body (google.rpc.Status as JSON). */
export class ApiError extends Error {
  readonly status: number;
  readonly statusName: string;
  readonly details: unknown[];
  /** The list of reasons of the older APIs. If it is set, the body has it instead of status and details. */
  errors?: unknown[];

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
  /** The path with its query. */
  path: string;
  principal: string | undefined;
  status: number;
}

export interface Fault {
  api: string;
  method?: string;
  /** A substring of path and query, or a regular expression between slashes. */
  path?: string;
  /** The region: of the resource that the path names, or of the service that is called. */
  location?: string;
  /** The number of the first matching call that fails. Default 1. */
  nth?: number;
  /** How many matching calls fail, starting with the nth. Default 1. */
  times?: number;
  fault: {
    status?: number;
    body?: unknown;
    /** Headers that are sent with `status`, such as `retry-after`. */
    headers?: Record<string, string>;
    delayMs?: number;
    /** `before` or true: the connection is reset and the call has no effect. `after`: it takes effect before the reset. */
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

/** Each switch belongs to one line of docs/understand/unverified.md. */
export interface Quirks {
  /** Does `allTrafficOnLatestRevision: false` keep a pin when the config was pinned before? */
  functionPatchKeepsPin: boolean;
  /** Do service annotations survive a function PATCH? */
  functionPatchKeepsAnnotations: boolean;
  /** Does a function PATCH reset `invokerIamDisabled` to false? */
  functionPatchResetsInvokerIam: boolean;
  /** Does a function PATCH reset what the function does not know: scaling, default URL, IAP, audiences, description? */
  functionPatchResetsSettings: boolean;
  /** Is the tag's own host accepted as audience of an ID token? */
  tagHostIsAudience: boolean;
  /** Does a traffic-only PATCH of the service need iam.serviceAccounts.actAs? */
  trafficPatchNeedsActAs: boolean;
  /** Does testIamPermissions of a Run service take permissions on its revisions and routes, not only on the service? */
  serviceTestsAllPermissions: boolean;
  /** Does a function operation end before the Run service has settled? */
  operationEndsBeforeSettled: boolean;
  /** Is a service not ready while its latest revision is not, even if another revision serves? */
  failedRevisionFailsService: boolean;
  /** Is the timestamp of a request log the start of the request? If false, it is the end. */
  logTimestampIsStart: boolean;
  /** Does a 429 for lack of an instance carry the revision's label? */
  exhausted429HasRevision: boolean;
  /** The log entry of a request that the front end refused names the revision that it would have reached. */
  refusedHasRevision: boolean;
  /** Cloud Run writes an entry into the request log if ingress refuses a request. */
  ingressRefusalIsLogged: boolean;
  /** Does every answer through the front end carry `server: Google Frontend`? If false, only the trace header shows that the front end answered. */
  frontEndNamesItself: boolean;
  /** Can the condition of a binding see name, service and type of a Cloud Run service? If false, they are empty. */
  conditionsSeeRunServices: boolean;
  /** Does a revision show its images by digest? If false, it shows them as they were sent. */
  revisionShowsDigest: boolean;
  /** May everyone who is logged in read the list of runtimes? If false, it needs a permission on the project. */
  runtimeListNeedsNoPermission: boolean;
  /** Is an object that was deleted in the list of what is soft-deleted at once? If false, half a minute later. */
  deletedIsListedAtOnce: boolean;
  /** Does a restore of an object look at `ifGenerationMatch`? If false, it replaces what is there. */
  restoreTakesGenerationMatch: boolean;
  /** Has a restored object metageneration 1? If false, one more than it had. */
  restoreStartsAnew: boolean;
}

export const defaultQuirks: Quirks = {
  functionPatchKeepsPin: true,
  functionPatchKeepsAnnotations: true,
  functionPatchResetsInvokerIam: false,
  functionPatchResetsSettings: false,
  tagHostIsAudience: true,
  trafficPatchNeedsActAs: false,
  serviceTestsAllPermissions: true,
  operationEndsBeforeSettled: false,
  failedRevisionFailsService: false,
  logTimestampIsStart: true,
  exhausted429HasRevision: true,
  refusedHasRevision: true,
  ingressRefusalIsLogged: true,
  frontEndNamesItself: true,
  conditionsSeeRunServices: false,
  revisionShowsDigest: true,
  runtimeListNeedsNoPermission: true,
  deletedIsListedAtOnce: true,
  restoreTakesGenerationMatch: true,
  restoreStartsAnew: true,
};

/** The options of a new sandbox. The control API can change most of them later. */
export interface SandboxOptions {
  project?: string;
  projectNumber?: string;
  region?: string;
  /** Milliseconds until the log entry of a request can be read. Default 2000. */
  logLagMs?: number;
  /** Milliseconds by which the points of Cloud Monitoring lag. Default 180000. */
  metricLagMs?: number;
  /** The least time that a build takes, in milliseconds. Default 300. */
  buildMs?: number;
  /** Milliseconds until a traffic change takes effect. Default 50. */
  trafficSettleMs?: number;
  /** Milliseconds until an IAM change takes effect. Default 0. */
  iamPropagationMs?: number;
  quirks?: Partial<Quirks>;
  /** Folder for uploads and extracted sources. Default: a new temporary folder, removed when the sandbox stops. */
  folder?: string;
  proxy?: ProxyOptions;
  /** Port by API name (`control`, `run`, ...). The other APIs take a free port. */
  ports?: Record<string, number>;
  /** After every write, check which function URLs an anonymous caller can reach (`GET /reachability` on control). */
  sampleReachability?: boolean;
  /** A new project: no pool, no account but the one that Google makes, most APIs off, and only its owner has a role. */
  empty?: boolean;
  /** Starts monitoring systems outside of Google Cloud, which count the same requests. */
  monitors?: boolean;
}

/** A proxy that is the only way to the sandbox, whose servers then have Google's and GitHub's own names. */
export interface ProxyOptions {
  /** `user:password` that the proxy asks for. */
  login?: string;
  /** The proxy itself speaks TLS. */
  tls?: boolean;
  /** Hosts to which the proxy refuses to connect (403). */
  denied?: string[];
  /** From when on the certificates of the servers are valid, in milliseconds since the epoch. A moment to come is what a runner with a slow clock sees. */
  certificatesFrom?: number;
  port?: number;
}

/** What `npm run sandbox` prints as one JSON line, and what `startSandbox` resolves to. */
export interface Ready {
  ready: true;
  project: string;
  region: string;
  control: string;
  env: Record<string, string>;
}
