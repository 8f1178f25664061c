import { tmpdir } from 'node:os';
import type { Sources } from '../../steps/ports/source.ts';
import { pack } from './pack.ts';
import { type ScannedTree, scan } from './scan.ts';
import { type UploadOptions, uploadArchive } from './upload.ts';

/** The source folder on this machine. `temp` holds the archive until it is uploaded (RUNNER_TEMP). */
export function createSources(options: UploadOptions & { temp: string | undefined }): Sources {
  return {
    scan,
    pack: (tree, signal) => pack(tree as ScannedTree, options.temp || tmpdir(), signal),
    upload: (archive, target, signal) => uploadArchive(options, archive, target, signal),
  };
}
