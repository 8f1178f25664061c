import { tmpdir } from 'node:os';
import type { Sources } from '../../steps/ports/source.ts';
import { pack } from './pack.ts';
import { type ScannedTree, scan } from './scan.ts';
import { type UploadOptions, uploadArchive } from './upload.ts';

/** Reads the source folder of this machine. The archive stays in `temp` (RUNNER_TEMP) until it is uploaded. */
export function createSources(options: UploadOptions & { temp: string | undefined }): Sources {
  return {
    scan,
    pack: (tree, signal) => pack(tree as ScannedTree, options.temp || tmpdir(), signal),
    upload: (archive, target, signal) => uploadArchive(options, archive, target, signal),
  };
}
