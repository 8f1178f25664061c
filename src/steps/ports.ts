/**
 * What the use cases need of the world. Adapters implement these, tests fake them. `signal` aborts a wait at once;
 * every method that talks to a server has its own deadline and throws `ReleaseError`.
 */

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
  /** generation equals observedGeneration and the terminal condition succeeded. */
  settled: boolean;
  terminalMessage: string | undefined;
  raw: JsonObject;
}

export interface RunRevision {
  /** Short name. */
  name: string;
  ready: boolean;
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
    change: { traffic?: TrafficTarget[]; annotations?: Record<string, string>; invokerIamDisabled?: boolean; ingress?: string },
    options: { etag: string; validateOnly?: boolean; signal?: AbortSignal },
  ): Promise<'accepted' | 'conflict'>;
}

/** One anonymous or authenticated request to a URL of the function; redirects are answers. */
export interface Prober {
  probe(
    url: string,
    options: { method: string; token?: string; body?: Uint8Array; headers?: Record<string, string>; timeoutMs: number; signal?: AbortSignal },
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
