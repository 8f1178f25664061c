import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Kind, Resource } from '../../domain/setup/resource.ts';
import type { RepositoryFacts, ServiceFacts } from '../../domain/setup/wish.ts';

/** What reads and writes some kinds of resources: Google Cloud, GitHub, or the files of the repository. */
export interface SetupPlace {
  kinds: readonly Kind[];
  /** Call it before reading again: forgets what was read before. */
  begin?(): void;
  /** Reads one resource. A missing permission is a value. */
  observe(resource: Resource, signal?: AbortSignal): Promise<Observed>;
  /**
   * Writes rows that one request, or one read and write of one policy, can write together. Each write reads first what it
   * changes, and can be repeated.
   */
  write(rows: readonly SetupRow[], signal?: AbortSignal): Promise<void>;
}

/** Facts about the project and its services, before it is known what has to be there. */
export interface ProjectFacts {
  number(project: string, signal?: AbortSignal): Promise<string>;
  service(project: string, region: string, name: string, signal?: AbortSignal): Promise<ServiceFacts>;
  /** E-mails of the accounts that carry the mark of `init`. */
  ownAccounts(project: string, signal?: AbortSignal): Promise<string[]>;
  /** The buckets of the project whose policies name one of these members. Undefined if some of them could not be read. */
  bucketsOf(
    project: string,
    members: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly string[] | undefined>;
}

export interface Repositories {
  /** Undefined if there is none of this name, or this identity may not see it. */
  find(name: string, signal?: AbortSignal): Promise<RepositoryFacts | undefined>;
}
