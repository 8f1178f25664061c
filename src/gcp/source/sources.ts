import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Sources } from '../../steps/ports/source.ts';
import { pack } from './pack.ts';
import { type ScannedTree, scan } from './scan.ts';
import { type UploadOptions, uploadArchive } from './upload.ts';

export interface SourceOptions extends UploadOptions {
  temp: string | undefined;
  /** Credentials files that earlier steps of the job have made, as far as the environment names them. */
  credentials: readonly (string | undefined)[];
}

/** Reads the source folder of this machine. The archive stays in `temp` (RUNNER_TEMP) until it is uploaded. */
export function createSources(options: SourceOptions): Sources {
  const credentials = new Set(options.credentials.flatMap(realPath));
  return {
    scan: (folder, signal) => scan(folder, signal, credentials),
    pack: (tree, signal) => pack(tree as ScannedTree, options.temp || tmpdir(), signal),
    upload: (archive, target, signal) => uploadArchive(options, archive, target, signal),
  };
}

function realPath(path: string | undefined): string[] {
  try {
    return path ? [realpathSync(path)] : [];
  } catch {
    return [];
  }
}
