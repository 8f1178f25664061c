import type { Finding } from '../findings/finding.ts';
import { defaultsOf, type ErrorCode } from './catalog.ts';
import type { FailureFacts } from './facts.ts';

export type { ErrorCode } from './catalog.ts';

export interface ErrorParts {
  /** One sentence: what happened. */
  what: string;
  /** One sentence: why it happened, if that is known. */
  why?: string | undefined;
  /** One sentence: what to change. It ends with a colon if it introduces the commands. */
  fix?: string | undefined;
  /** Shell commands that change it. Each can be pasted as it is. */
  commands?: readonly string[] | undefined;
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
  readonly commands: readonly string[] | undefined;
  /** What was seen before the failure, as a part of the report's evidence (domain/report/evidence.ts has the types). */
  evidence: object | undefined;
  /** Findings of the action from before the failure. */
  findings: Finding[] | undefined;
  /** What is known about the failure, if domain/causes may explain it. Its explanation then replaces `why`, `fix` and `commands`. */
  facts: FailureFacts | undefined;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const { why = defaultsOf(code).why, fix = defaultsOf(code).fix, commands } = parts;
    // A message is one line, so it ends with the first command.
    super([parts.what, why, fix, commands?.[0]].filter(Boolean).join(' '), { cause: parts.cause });
    this.name = 'ReleaseError';
    this.code = code;
    this.what = parts.what;
    this.why = why;
    this.fix = fix;
    this.commands = commands;
  }
}

/** The message of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
