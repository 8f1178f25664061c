import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { byPath, formatBytes, manifestText, type SourceFile } from '../../domain/source/manifest.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import { readIgnoreRules } from './ignore-rules.ts';
import { type FileFacts, pieceBytes, readFacts } from './read-file.ts';
import { type Found, limits, type RefusedFile, walk } from './walk.ts';

/** A file of the manifest, with what packing needs. */
export interface ScannedFile extends SourceFile {
  real: string;
  pieces: number[];
}

export interface ScannedTree extends SourceTree {
  files: ScannedFile[];
}

/** Milliseconds of reading after which the event loop gets a turn, for signals and other requests. */
const turnMs = 20;

function refusal(refused: readonly RefusedFile[]): ReleaseError {
  const lines = refused.slice(0, 8).map(({ path, why }) => `${path}: ${why}`);
  return new ReleaseError('source-refused', {
    what: `${refused.length === 1 ? 'A file' : `${refused.length} files`} of the source may not be uploaded: ${lines.join('; ')}${refused.length > 8 ? '; and more' : ''}.`,
    why: 'Everyone who may read the function or its build can read the upload.',
    fix: `Leave ${refused.length === 1 ? 'it' : 'them'} out:`,
    commands: [
      `printf '%s\\n' ${refused
        .slice(0, 8)
        .map(({ path }) => `'/${path.replace(/'/g, "'\\''")}'`)
        .join(' ')} >> .gcloudignore`,
    ],
  });
}

/**
 * Lists the files of a source folder with their digests and one digest of them all. Throws `source-refused` if a file
 * is a secret, lies outside the folder or cannot be read.
 */
export async function scan(folder: string, signal?: AbortSignal): Promise<ScannedTree> {
  const root = resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new ReleaseError('source-refused', {
      what: `The source folder ${folder} does not exist.`,
      why: 'source_dir must be a folder in the workspace.',
      fix: 'Check source_dir, and that actions/checkout runs before this step.',
    });
  const rules = readIgnoreRules(root);
  const { found, ignored, refused } = walk(root, rules, () => signal?.throwIfAborted());
  if (refused.length > 0) throw refusal(refused);
  if (found.length === 0)
    throw new ReleaseError('source-refused', {
      what: `The source folder ${folder} holds no file to upload.`,
      why: `Every file is left out by ${rules.source}.`,
      fix: 'Set source_dir to the folder of the function.',
    });
  found.sort(byPath);
  const files = await readAll(found, refused, signal);
  if (refused.length > 0) throw refusal(refused);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const sha256 = createHash('sha256').update(manifestText(files)).digest('hex');
  return { files, sha256, bytes, rules: rules.source, ignored };
}

async function readAll(
  found: readonly Found[],
  refused: RefusedFile[],
  signal: AbortSignal | undefined,
): Promise<ScannedFile[]> {
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  const files: ScannedFile[] = [];
  let bytes = 0;
  let turn = performance.now();
  for (const file of found) {
    const facts: FileFacts = readFacts(file, buffer);
    if (facts.refused) refused.push({ path: file.path, why: facts.refused });
    bytes += facts.size;
    if (bytes > limits.bytes)
      throw new ReleaseError('source-refused', {
        what: `The source is larger than ${formatBytes(limits.bytes)}.`,
        why: 'That is more than an upload may hold.',
        fix: 'Leave files out with .gcloudignore.',
      });
    files.push({
      path: file.path,
      real: file.real,
      mode: facts.mode,
      size: facts.size,
      sha256: facts.sha256,
      pieces: facts.pieces,
    });
    if (performance.now() - turn > turnMs) {
      await new Promise((done) => setImmediate(done));
      signal?.throwIfAborted();
      turn = performance.now();
    }
  }
  return files;
}
