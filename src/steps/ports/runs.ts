import type { ReleaseRecord } from '../../domain/traffic/record.ts';

/** The workflow run that changes traffic, as its record names it. Other runs use it to ask whether this one is alive. */
export interface Owner {
  /** Id of this process. The post step of the same job has the same id. */
  id: string;
  /** `owner/name` */
  repository: string;
  run: string;
  attempt: number;
  /** GitHub's id of the job, if it is known. */
  job?: string | undefined;
}

/** Asks GitHub whether the run that wrote a record is over. Never throws: after `unknown` the record's expiry decides. */
export interface Runs {
  state(
    record: Pick<ReleaseRecord, 'repository' | 'run' | 'attempt' | 'job'>,
    signal?: AbortSignal,
  ): Promise<'over' | 'alive' | 'unknown'>;
}
