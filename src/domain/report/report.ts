import type { ErrorCode } from '../errors/catalog.ts';
import { reportSchema } from '../product.ts';
import type { Outcome, Verdict } from './verdict.ts';

export type ActionName = 'release' | 'auth' | 'deploy' | 'guard' | 'smoke-test' | 'watch' | 'rollback';

export interface Target {
  project?: string | undefined;
  region?: string | undefined;
  /** The function's short name. */
  name?: string | undefined;
  /** The Cloud Run service that backs the function (short name). */
  service?: string | undefined;
  revision?: string | undefined;
}

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export interface Finding {
  /** Stable kebab-case id of the rule. */
  rule: string;
  severity: Severity;
  /** One sentence: what is wrong. */
  title: string;
  why?: string | undefined;
  /** What to do next, best as a command to paste. */
  fix?: string | undefined;
  /** Place in a file of the user, for an annotation. */
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
  /** The call or document that shows it. */
  source?: string | undefined;
}

/** A change that was made to the world, in order. */
export interface ActionTaken {
  at: string;
  what: string;
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
  why?: string | undefined;
  fix?: string | undefined;
  cause?: string | undefined;
}

/** The one versioned envelope of every action; summary, log line and annotation are functions of it. */
export interface Report {
  schema: typeof reportSchema;
  action: ActionName;
  target: Target;
  verdict: Verdict;
  outcome?: Outcome | undefined;
  /** One sentence. */
  reason: string;
  inputs: Record<string, unknown>;
  /** What each stage saw, by stage. */
  evidence: Record<string, unknown>;
  findings: Finding[];
  actions_taken: ActionTaken[];
  timings: Timing[];
  errors: ErrorRecord[];
}

/** An empty report to fill; `inconclusive` until somebody knows better. */
export function newReport(action: ActionName, target: Target = {}): Report {
  return {
    schema: reportSchema,
    action,
    target,
    verdict: 'inconclusive',
    reason: '',
    inputs: {},
    evidence: {},
    findings: [],
    actions_taken: [],
    timings: [],
    errors: [],
  };
}
