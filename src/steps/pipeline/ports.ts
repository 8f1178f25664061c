import type { JobFact, TaskFact } from '../../domain/pipeline/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** A product that runs pipelines, and the one pipeline that a run is about. */
export interface Pipelines {
  /**
   * Makes the nth job of this content, or finds it. `joined` is false if this very call made it, and undefined if the product does not say.
   * To repeat it makes no second job.
   */
  open(nth: number, signal: AbortSignal): Promise<{ name: string; joined: boolean | undefined }>;
  /** Undefined if there is no such job. */
  read(name: string, signal: AbortSignal): Promise<JobFact | undefined>;
  /** Asks for the end of a job. A job that has ended stays as it is. */
  cancel(name: string, signal: AbortSignal): Promise<void>;
  /** The last lines that a failed task wrote, and where the whole log is. Undefined if the product keeps none that this run may read. */
  tail?(task: TaskFact, signal: AbortSignal): Promise<{ lines: string[]; page: string } | undefined>;
}

export interface PipelinePorts {
  pipelines: Pipelines;
  clock: Clock;
  log: Log;
}
