import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { DoorKind } from '../../domain/invocation/door.ts';
import type { Invocation } from '../../domain/invocation/refusal.ts';
import type { Supply } from '../../domain/invocation/supply.ts';
import type { Match } from '../../domain/smoke/match.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SmokeHttp } from '../ports/smoke.ts';
import type { Tokens } from '../ports/tokens.ts';

/** Reads the suite and the files that it names. Refuses files outside of the workspace. */
export interface SuiteFiles {
  /**
   * `path` is relative to the folder of `base`, or to the workspace if there is no `base`. `into` is the memory of an
   * earlier read, which may be reused because nothing needs it any more. Throws a ReleaseError.
   */
  read(path: string, base?: string, into?: Uint8Array): Promise<Uint8Array>;
  /** Why a file cannot be used, as one sentence. Undefined if it can be used. */
  problem?(path: string, base?: string): Promise<string | undefined>;
}

export interface SmokePorts {
  http: SmokeHttp;
  files: SuiteFiles;
  clock: Clock;
  log: Log;
  /** The token source. Required if the target has an audience. */
  tokens?: Pick<Tokens, 'idToken'> | undefined;
  /** Runs the suite's patterns over hostile text. An action passes one with a time limit. */
  match?: Match | undefined;
  /** A number from 0 to 1, for the jitter of waits. Tests set it. */
  random?: (() => number) | undefined;
}

export interface SmokeTarget {
  /** A URL that the API returned for this very function, or one that is called without a token. */
  url: string;
  /** Audience of the ID token. Without it no token is sent, and the denial presets are skipped. */
  audience?: string | undefined;
  /** The URL came from Google's API, so an answer without the headers of Google's front end is not the function's. */
  behindGoogle?: boolean | undefined;
  /** What the requests go through. Absent: they go to a URL of the function itself. */
  door?: DoorKind | undefined;
  /** An API key for a gateway, which goes in `x-api-key`. */
  apiKey?: string | undefined;
  /**
   * The names of the model that the revision carries, the shortest first; empty if it carries none. Asked only if the suite pins
   * thresholds to models. Absent: unknown, so the thresholds of every model count.
   */
  model?: ((signal?: AbortSignal) => Promise<string[]>) | undefined;
  /** Who calls which service, to explain a refusal with the command that repairs it. */
  invocation?: Invocation | undefined;
  /** What the service takes at once, as it is set now. Asked only after a 429 that no instance gave. */
  supply?: ((signal?: AbortSignal) => Promise<Supply | undefined>) | undefined;
}

export interface SmokeRequest {
  /** Path of the suite file, relative to the workspace. */
  suite: string;
  target: SmokeTarget;
  /** The revision that serves, at a URL of its own or at the live URL. It gets requests and no traffic. */
  champion?: (SmokeTarget & { revision?: string | undefined }) | undefined;
  /** Why there is no champion, for the end of a sentence. */
  noChampion?: string | undefined;
  /** Milliseconds for the whole test. Default: 15 minutes. */
  deadlineMs?: number | undefined;
  /** How many milliseconds to wait at the start while the function refuses our own token. Default: 30 s. */
  settleMs?: number | undefined;
  /** The URL was made a moment ago, so Google's front end may not know it yet: the first request waits for it. */
  newUrl?: boolean | undefined;
  /** An ID token for this function that has expired, for `denies-expired-token`. */
  expiredToken?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface SmokeResult {
  verdict: Verdict;
  /** Why the verdict is what it is, in one sentence. */
  reason: string;
  cases: SmokeEvidence['results'];
  findings: Finding[];
  evidence: SmokeEvidence;
}
