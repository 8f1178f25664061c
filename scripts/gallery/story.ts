import type { Shown, Stage } from './stage.ts';

/** One outcome of a release, told by a real run. */
export interface Story {
  /** Name of its files. */
  name: string;
  /** What the run has to end with; absent where it ends without an outcome. */
  outcome?: string;
  /** One line for the table: what was done to get there. */
  what: string;
  /** More arguments for the sandbox. */
  sandbox?: readonly string[];
  play(stage: Stage): Promise<Shown>;
}
