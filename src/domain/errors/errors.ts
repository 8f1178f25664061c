import type { Finding } from '../findings/finding.ts';
import { defaultsOf, type ErrorCode } from './catalog.ts';

export type { ErrorCode } from './catalog.ts';

export interface ErrorParts {
  /** One sentence: what happened. */
  what: string;
  /** One sentence: why it happened, if that is known. */
  why?: string | undefined;
  /** What to change, in one sentence, best as a command to paste. */
  fix?: string | undefined;
  /** The remote or system error underneath. */
  cause?: unknown;
}

/**
 * The action could not do something, or could not find something out. Nothing else is thrown on purpose: a violated
 * policy or objective is a value.
 */
export class ReleaseError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: string | undefined;
  /** What was seen before the failure, as a part of the report's evidence (domain/report/evidence.ts has the types). */
  evidence: object | undefined;
  /** Findings of the action from before the failure. */
  findings: Finding[] | undefined;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const { why = defaultsOf(code).why, fix = defaultsOf(code).fix } = parts;
    super([parts.what, why, fix].filter(Boolean).join(' '), { cause: parts.cause });
    this.name = 'ReleaseError';
    this.code = code;
    this.what = parts.what;
    this.why = why;
    this.fix = fix;
  }
}

/** The message of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
