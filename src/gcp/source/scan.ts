import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { byPath, formatBytes, manifestText, type SourceFile } from '../../domain/source/manifest.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import { readIgnoreRules } from './ignore-rules.ts';
import { readProject } from './project.ts';
import { pieceBytes, readFacts } from './read-file.ts';
import { refusal } from './refusal.ts';
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

/**
 * Lists the files of a source folder with their digests and one digest of them all. Throws `source-refused` if a file
 * is a secret, lies outside the folder or cannot be read. `credentials` are files that earlier steps of the job have made.
 */
export async function scan(
  folder: string,
  signal?: AbortSignal,
  credentials?: ReadonlySet<string>,
): Promise<ScannedTree> {
  const root = resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new ReleaseError('source-refused', {
      what: `The source folder ${folder} does not exist.`,
      why: 'source_dir must be a folder in the workspace.',
      fix: 'Check source_dir, and that actions/checkout runs before this step.',
    });
  const rules = readIgnoreRules(root);
  const between = () => signal?.throwIfAborted();
  const { found, ignored, left, refused } = walk(root, rules, { credentials, between });
  if (found.length === 0 && refused.length === 0)
    throw new ReleaseError('source-refused', {
      what: `The source folder ${folder} holds no file to upload.`,
      why: `Every file is left out by ${rules.source}.`,
      fix: 'Set source_dir to the folder of the function.',
    });
  found.sort(byPath);
  checkSize(found);
  const files = await readAll(found, refused, signal);
  if (refused.length > 0) throw refusal(refused, found, rules, folder);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const sha256 = createHash('sha256').update(manifestText(files)).digest('hex');
  const project = readProject(root, folder, found, rules);
  return { files, sha256, bytes, rules: rules.source, ignored, left, project };
}

/** Refuses a source that is too large before a byte of it is read. */
function checkSize(found: readonly Found[]): void {
  let bytes = 0;
  let largest = { path: '', size: -1 };
  for (const { path, real } of found) {
    const size = statSync(real, { throwIfNoEntry: false })?.size ?? 0;
    bytes += size;
    if (size > largest.size) largest = { path, size };
  }
  if (bytes > limits.bytes)
    throw new ReleaseError('source-refused', {
      what: `The source has ${formatBytes(bytes)}, more than ${formatBytes(limits.bytes)}. Its largest file is ${largest.path} (${formatBytes(largest.size)}).`,
      why: 'That is more than an upload may hold.',
      fix: 'Leave files out with .gcloudignore, or let the function read them from Cloud Storage.',
    });
}

async function readAll(
  found: readonly Found[],
  refused: RefusedFile[],
  signal: AbortSignal | undefined,
): Promise<ScannedFile[]> {
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  const files: ScannedFile[] = [];
  let turn = performance.now();
  for (const { path, real } of found) {
    const { refused: reason, ...facts } = readFacts({ path, real }, buffer);
    if (reason && refused.length < limits.told) refused.push({ path, ...reason });
    files.push({ path, real, ...facts });
    if (performance.now() - turn > turnMs) {
      await new Promise((done) => setImmediate(done));
      signal?.throwIfAborted();
      turn = performance.now();
    }
  }
  return files;
}
