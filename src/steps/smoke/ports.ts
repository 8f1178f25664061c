import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { Invocation } from '../../domain/invocation/refusal.ts';
import type { Match } from '../../domain/smoke/match.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SmokeHttp } from '../ports/smoke.ts';
import type { Tokens } from '../ports/tokens.ts';

/** Reads the suite and its files; refuses what lies outside of the workspace. */
export interface SuiteFiles {
  /**
   * `path` is relative to `base`'s folder, or to the workspace without `base`. `into` is memory of an earlier read that is
   * no longer needed, and may be used again. Throws ReleaseError.
   */
  read(path: string, base?: string, into?: Uint8Array): Promise<Uint8Array>;
  /** Why a file cannot be read, as one sentence; undefined where it can. */
  problem?(path: string, base?: string): Promise<string | undefined>;
}

export interface SmokePorts {
  http: SmokeHttp;
  files: SuiteFiles;
  clock: Clock;
  log: Log;
  /** Needed where the target has an audience. */
  tokens?: Pick<Tokens, 'idToken'> | undefined;
  /** Runs the suite's patterns over what a server sent; bounded in an action. */
  match?: Match | undefined;
  /** From 0 to 1; tests pin it. */
  random?: (() => number) | undefined;
}

export interface SmokeTarget {
  /** URL read from the API for this very function, or one that needs no token. */
  url: string;
  /** Audience of the ID token; without it no token is sent and the denial presets are skipped. */
  audience?: string | undefined;
  /** Who calls what, to tell a refusal with the command that repairs it. */
  invocation?: Invocation | undefined;
}

export interface SmokeRequest {
  /** Path of the suite file, relative to the workspace. */
  suite: string;
  target: SmokeTarget;
  /** Milliseconds for everything. Default 15 minutes. */
  deadlineMs?: number | undefined;
  /** Milliseconds that a refusal of our own token is waited out at the start. Default 30 s. */
  settleMs?: number | undefined;
  /** An ID token of this function that has run out, for `denies-expired-token`. */
  expiredToken?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface SmokeResult {
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  cases: SmokeEvidence['results'];
  findings: Finding[];
  evidence: SmokeEvidence;
}
