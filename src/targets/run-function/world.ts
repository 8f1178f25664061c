import type { Builds } from '../../steps/ports/builds.ts';
import type { Functions } from '../../steps/ports/functions.ts';
import type { Sources } from '../../steps/ports/source.ts';
import type { SourceStore } from '../../steps/ports/source-store.ts';
import type { RunPorts } from '../run/world.ts';

/** What the driver of Cloud Run functions needs of the world. */
export interface SourcePorts extends RunPorts {
  sources: Sources;
  store: SourceStore;
  builds: Builds;
  /** Only for its list of runtimes. */
  functions: Pick<Functions, 'runtimes'>;
}
