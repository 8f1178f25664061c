import type { Kind } from './kinds.ts';
import type { Shown, Stage } from './stage.ts';

/** One outcome of a release, played by a real run. */
export interface Story {
  /** The name of its files, without their endings. */
  name: string;
  /** The outcome that the run must have. Absent if it must end without one. */
  outcome?: string;
  /** The action that runs. Default: the release. */
  action?: string;
  /** One line for the table: what happened in the story. */
  what: string;
  /** Additional arguments for the sandbox of this story. */
  sandbox?: readonly string[];
  /** What is released. Default: a function. */
  kind?: Kind;
  play(stage: Stage): Promise<Shown>;
}
