import type { ActionName } from '../domain/report/report.ts';
import { logText } from '../domain/text/safe-text.ts';

/** What the main step of an action said at its end. Its post step repeats it, because a job's log ends with the post step. */
export interface MainStep {
  exitCode: 0 | 1;
  /** The last log line of the main step. */
  line: string;
}

/** Name of the value that the main step saves for its post step (`GITHUB_STATE`). */
export const mainStepKey = 'main_step';

export const formatMainStep = (step: MainStep): string => JSON.stringify(step);

/** What the main step saved. Undefined if it did not reach its end. */
export function parseMainStep(text: string): MainStep | undefined {
  try {
    const value = JSON.parse(text) as Partial<MainStep> | null;
    if (typeof value?.line !== 'string') return undefined;
    return { exitCode: value.exitCode === 0 ? 0 : 1, line: value.line };
  } catch {
    return undefined;
  }
}

const subjects: Partial<Record<ActionName, string>> = {
  release: 'the release',
  auth: 'the login',
  drill: 'the drill',
};

/**
 * The last log line of a post step. It names the post step and says how the main step ended, so that a failed job does not end with the
 * success of a step that had nothing to do.
 * @param did what the post step did, as a sentence
 */
export function closingLine(name: ActionName, did: string, main: MainStep | undefined): string {
  const subject = subjects[name] ?? name;
  // A name or an abbreviation at the beginning keeps its case.
  const start = /^[A-Z][a-z ]/.test(did) ? did.charAt(0).toLowerCase() + did.slice(1) : did;
  const text = /[.!?]$/.test(start) ? start : `${start}.`;
  const ended = main
    ? main.exitCode === 0
      ? `${subject} itself ended well: ${main.line}`
      : // The line of an action without an outcome begins with the same word.
        `${subject} itself failed: ${main.line.replace(/^Failed: /, '')}`
    : `${subject} itself did not end: its step was killed.`;
  return logText(`Post step of ${subject}: ${text} ${ended.charAt(0).toUpperCase()}${ended.slice(1)}`);
}
