import type { Located } from '../../domain/data/resource-name.ts';

/** A build of Cloud Build, as far as a deploy has to know it. */
export interface Build {
  id: string;
  state: 'running' | 'succeeded' | 'failed';
}

export interface Builds {
  /** The newest build of an upload (gs://BUCKET/OBJECT#GENERATION). Undefined if there is none. */
  ofSource(place: Located, location: string, signal?: AbortSignal): Promise<Build | undefined>;
}
