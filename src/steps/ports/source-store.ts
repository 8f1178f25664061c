import type { Located } from '../../domain/data/resource-name.ts';
import type { SourceArchive } from './source.ts';

/** Where source and images of Cloud Run's own builds are kept: Cloud Storage and Artifact Registry. */
export interface SourceStore {
  /**
   * Uploads the archive to the project's bucket for sources, which it makes if there is none. Returns
   * `gs://BUCKET/OBJECT#GENERATION`: this very upload, even if something replaces the object later.
   * The object's name has the digest of the source.
   */
  keep(
    place: Located,
    source: { archive: SourceArchive; sha256: string },
    signal?: AbortSignal,
  ): Promise<string>;
  /** Makes a repository for images if there is none. `name` is projects/P/locations/L/repositories/R. */
  repository(name: string, signal?: AbortSignal): Promise<void>;
}
