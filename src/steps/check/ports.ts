import type { Repository } from '../../domain/check/files/repository.ts';

/** Where the files of the two commits come from. */
export interface Trees {
  /** The files as they are in the working copy. */
  head(): Repository;
  /** The files of the commit that the change is compared with, or why they cannot be read. */
  base(wanted: string): { commit: string; repository: Repository } | { problem: string };
  /** Writes a file of the working copy. */
  write(file: string, text: string): void;
}
