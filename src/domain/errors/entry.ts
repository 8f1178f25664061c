/** What is true of every error of one code. `docs/reference/errors.md` is generated from these entries. */
export interface ErrorEntry {
  /** What happened, in general, without a full stop. */
  title: string;
  why: string;
  /** How to see that this is the error, and which of its causes it has. */
  check: string;
  /** What to do. */
  fix: string;
  /** Whether a message may repeat `why` or `fix` if the code that throws has nothing more precise. It repeats neither by default. */
  inMessages?: readonly ('why' | 'fix')[];
}

/** A capability's errors by code. Codes are stable, because reports carry them. */
export type ErrorEntries = Readonly<Record<string, ErrorEntry>>;
