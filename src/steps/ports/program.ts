import type { ProgramEnding } from '../../domain/counts/ending.ts';

/** A program of the user's, to be run once. No shell is involved. */
export interface ProgramOrder {
  argv: readonly string[];
  /** Variables that only this program gets. */
  variables: Readonly<Record<string, string>>;
  /** Names of further variables of the job that it gets. */
  inherit: readonly string[];
  isolation: 'auto' | 'required' | 'none';
  deadlineMs: number;
  /** The most that it may print on standard output. */
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

export interface ProgramRun {
  ending: ProgramEnding;
  /** What it printed on standard output. It is hostile. */
  printed: Uint8Array;
  /** The last lines of standard error. They are hostile. */
  said: readonly string[];
  /** Set if the program could read the tokens of the job. */
  warning: string | undefined;
}

/** Runs a program to its end, away from the tokens of the job. Throws if it cannot be isolated and must be, or if the run is cancelled. */
export type RunProgram = (order: ProgramOrder) => Promise<ProgramRun>;
