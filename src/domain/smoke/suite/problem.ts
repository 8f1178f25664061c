import type { Path } from '../../data/locate.ts';

/** A problem of the suite before its line and column are known. */
export interface UnplacedProblem {
  path: Path;
  /** Points at this key of the map at `path`, instead of at its value. */
  key?: string | undefined;
  /** What is wrong, in one sentence. */
  message: string;
  /** The value must be a string but YAML reads it as something else. The message then gets the quoted value to write. */
  needsQuotes?: boolean | undefined;
}

/** Takes a problem of one case. `path` starts at the case. */
export type Report = (path: PropertyKey[], message: string, needsQuotes?: boolean) => void;
