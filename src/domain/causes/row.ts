import type { FailureFacts, RunNames } from '../errors/facts.ts';

/** What a person must do. A command is whole: it can be pasted alone, with the values of this run. */
export interface Repair {
  /** Why it failed, in one or two sentences. Google's own sentence stands before it. */
  why: string;
  /** What to change. It ends with a colon if commands follow. */
  fix: string;
  commands?: readonly string[] | undefined;
}

/**
 * What a failure speaks against. `code`: only another source or other settings of this function help. `environment`: the
 * same source and settings can succeed once someone has changed a grant, a quota or a resource around it.
 */
export type CauseBlame = 'code' | 'environment';

/** One known failure. The first row that matches explains the failure. */
export interface Row {
  /** Stable kebab-case id: the anchor in docs/reference/errors.md, and `cause` in a report. */
  id: string;
  /** What happened, in general, without a full stop. */
  title: string;
  blame: CauseBlame;
  /** A failure that this row explains, as Google words it. The documentation and the tests use it. */
  example: Omit<FailureFacts, 'names'>;
  /** True if the same call can succeed later without a change. */
  passes?: boolean | undefined;
  /** True if only the log of the revision can say more. */
  vague?: boolean | undefined;
  matches(failure: FailureFacts): boolean;
  repair(failure: FailureFacts, names: RunNames): Repair;
}

/** A matcher on Google's sentence, for some kinds of failure. */
export const says =
  (text: RegExp, ...kinds: readonly FailureFacts['kind'][]) =>
  (failure: FailureFacts): boolean =>
    (kinds.length === 0 || kinds.includes(failure.kind)) && text.test(failure.message);

/** A matcher on Google's sentence and on the log of the build or of the revision. */
export const saysOrLogs =
  (text: RegExp, ...kinds: readonly FailureFacts['kind'][]) =>
  (failure: FailureFacts): boolean =>
    (kinds.length === 0 || kinds.includes(failure.kind)) &&
    (text.test(failure.message) || (failure.lines ?? []).some((line) => text.test(line)));

/** The first group of the first match in the sentence or in the log. */
export function found(failure: FailureFacts, pattern: RegExp): string | undefined {
  for (const text of [failure.message, ...(failure.lines ?? [])]) {
    const value = pattern.exec(text)?.[1];
    if (value) return value;
  }
  return undefined;
}
