import type { Finding } from '../findings/finding.ts';
import { catalog, type ErrorCode } from './catalog.ts';

export type { ErrorCode } from './catalog.ts';

export interface ErrorParts {
  /** One sentence: what happened. */
  what: string;
  /** One sentence: why, as far as it is known. */
  why?: string | undefined;
  /** One sentence: what to change, best as a command to paste. */
  fix?: string | undefined;
  /** The remote or system error underneath. */
  cause?: unknown;
}

/**
 * "Could not find out" or "could not do": the only thing that the actions throw on purpose.
 * A violated policy or objective is a value, not an exception.
 */
export class ReleaseError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: string | undefined;
  /** What was seen until then: a part of the report's evidence (types: domain/report/evidence.ts). */
  evidence: object | undefined;
  /** What was found on the way to the failure, for the report. */
  findings: Finding[] | undefined;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const why = parts.why ?? catalog[code].why;
    const fix = parts.fix ?? catalog[code].fix;
    super([parts.what, why, fix].filter(Boolean).join(' '), { cause: parts.cause });
    this.name = 'ReleaseError';
    this.code = code;
    this.what = parts.what;
    this.why = why;
    this.fix = fix;
  }
}

/** The message of anything that was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
