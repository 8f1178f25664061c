import type { Basis } from '../basis/basis.ts';
import type { ErrorCode } from '../errors/catalog.ts';
import type { FailureFacts } from '../errors/facts.ts';
import type { Finding } from '../findings/finding.ts';
import type { Outcome, Verdict } from '../findings/verdict.ts';
import { reportSchema } from '../product.ts';
import type { ActionName, Evidence } from './evidence.ts';

export type { ActionName } from './evidence.ts';

export interface Target {
  project?: string | undefined;
  region?: string | undefined;
  /** The function's short name. */
  name?: string | undefined;
  /** The Cloud Run service that backs the function (short name). */
  service?: string | undefined;
  revision?: string | undefined;
}

/** A change that was made to the world, in order. */
export interface ActionTaken {
  at: string;
  what: string;
  /** Set for changes that something else computes with, so that it need not read the sentence. */
  kind?: 'traffic_back' | undefined;
}

export interface Timing {
  stage: string;
  /** Seconds since the action began. */
  startedAtSeconds: number;
  seconds: number;
  verdict: Verdict;
  /** A few words for the log line and the timeline. */
  note?: string | undefined;
}

export interface ErrorRecord {
  code: ErrorCode;
  what: string;
  /** The reason of the report already holds `what`. */
  in_reason?: true | undefined;
  why?: string | undefined;
  fix?: string | undefined;
  /** Shell commands, each to paste as it is. */
  commands?: readonly string[] | undefined;
  cause?: string | undefined;
  /** Id of the row of domain/causes that explains the failure. It is an anchor in docs/reference/errors.md, as the code is. */
  row?: string | undefined;
  /** Address of the page that explains the row, or the code if no row matched. */
  page?: string | undefined;
  /** What the explanation is made from. The runner makes it, and removes the facts before it writes the report. */
  facts?: FailureFacts | undefined;
}

/** What became of the comment on the pull request. */
export interface CommentRecord {
  /**
   * `written`: the comment holds this result. `newer`: it already holds that of a newer run. `none`: the run has no pull request, or was cancelled.
   * `refused`: GitHub took none, and `why` says the cause.
   */
  state: 'written' | 'newer' | 'none' | 'refused';
  /** Address of the comment. */
  url?: string | undefined;
  /** The token is that of a fork, which can only read. That is GitHub's rule, and no reason for a warning. */
  fork?: boolean | undefined;
  why?: string | undefined;
  fix?: string | undefined;
}

/** The one versioned envelope of every action; summary, log line and annotation are functions of it. */
export interface Report<Name extends ActionName = ActionName> {
  schema: typeof reportSchema;
  action: Name;
  target: Target;
  verdict: Verdict;
  outcome?: Outcome | undefined;
  /** Why the verdict is what it is, in one sentence. */
  reason: string;
  inputs: Record<string, unknown>;
  /** What each stage saw. */
  evidence: Evidence<Name>;
  findings: Finding[];
  actions_taken: ActionTaken[];
  timings: Timing[];
  errors: ErrorRecord[];
  /** What the verdict relies on besides Google Cloud. Absent if it relies on nothing else. */
  rests_on?: Basis | undefined;
  /** Absent if no comment was asked for. */
  comment?: CommentRecord | undefined;
}

/** An empty report to fill. It stays `inconclusive` until the action knows better. */
export function newReport<Name extends ActionName>(action: Name, target: Target = {}): Report<Name> {
  return {
    schema: reportSchema,
    action,
    target,
    verdict: 'inconclusive',
    reason: '',
    inputs: {},
    evidence: {} as Evidence<Name>,
    findings: [],
    actions_taken: [],
    timings: [],
    errors: [],
  };
}
