import type { Resource } from '../../domain/conformance/names.ts';
import type { Json, JsonObject } from '../../domain/data/json.ts';
import type { ProbeAnswer } from '../ports/prober.ts';

export type GoogleApi =
  | 'cloudfunctions'
  | 'cloudresourcemanager'
  | 'iam'
  | 'iamcredentials'
  | 'iap'
  | 'logging'
  | 'monitoring'
  | 'orgpolicy'
  | 'run'
  | 'storage'
  | 'sts';

/** One call of an API. `path` is encoded and has its version. */
export interface Ask {
  api: GoogleApi;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: JsonObject;
  /** A token of another account, or none at all. */
  as?: { name: string; token: string } | 'nobody';
  /** The call may be sent again if its answer is lost. */
  repeatable?: boolean;
}

export interface Answer {
  status: number;
  body: JsonObject;
}

/** Google Cloud as the probes see it: refusals are answers. Throws only if no answer came, or the run was cancelled. */
export interface Cloud {
  ask(call: Ask, signal: AbortSignal): Promise<Answer>;
  /** PUTs a zip of these files to a signed URL. */
  upload(url: string, files: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /** Calls a URL of the throw-away function. */
  call(
    url: string,
    options: { token?: string; timeoutMs: number },
    signal: AbortSignal,
  ): Promise<ProbeAnswer>;
  /** The status of `GET /v2/` of the region's registry, with or without the user's token. */
  registry(region: string, withToken: boolean, signal: AbortSignal): Promise<number>;
  /** The identity token of this job on GitHub. Undefined outside of one. */
  jobToken: ((audience: string, signal: AbortSignal) => Promise<string>) | undefined;
}

/** What a run has made and not yet removed. It outlives the process. */
export interface Journal {
  /** Writes to the disk before it returns. */
  add(resource: Resource): void;
  remove(name: string): void;
  entries(): readonly Resource[];
}

/** How long the waits of a run are. Tests against the sandbox shorten them. */
export interface Pace {
  /** Between two looks at an operation or a service. */
  pollMs: number;
  /** Between two reads of the log. */
  logsMs: number;
  /** How long the function takes for `/slow`. */
  slowMs: number;
  /** How long what may never come is waited for, before the run goes on without it. */
  patienceMs: number;
  /** How long something that should not come is waited for, after what should come has come. */
  graceMs: number;
}

/** The source of the throw-away function, by version. `broken` ends at its start. */
export type SourceOf = (version: 'first' | 'second' | 'broken') => Readonly<Record<string, string>>;

export type Seen = Record<string, Json | undefined>;
