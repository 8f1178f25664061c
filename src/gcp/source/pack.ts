import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ReleaseError } from '../../domain/errors.ts';
import type { SourceArchive } from '../../steps/ports.ts';
import { pieceBytes } from './read-file.ts';
import type { ScannedFile, ScannedTree } from './scan.ts';
import { centralHeader, combineCrc, endRecord, localHeader, type ZipEntry } from './zip-format.ts';
import { type Piece, type WorkerAnswer, zipWorker } from './zip-worker.ts';

/** Formats that are compressed already: deflating them costs time and saves nothing. */
const compressed =
  /\.(7z|avif|br|bz2|gif|gz|heic|jar|jpe?g|mov|mp[34]|ogg|png|t[gx]z|webm|webp|whl|woff2?|xz|zip|zst)$/i;

interface Task {
  file: ScannedFile;
  piece: Piece;
  first: boolean;
}

/** A message to a worker carries pieces of about this many bytes, at most this many. */
const batch = { bytes: pieceBytes, pieces: 64 } as const;
/** Batches that a worker has in hand: one to work on, one waiting. */
const depth = 2;

function* batches(files: readonly ScannedFile[]): Generator<Task[]> {
  let tasks: Task[] = [];
  let bytes = 0;
  for (const file of files) {
    const store = file.size === 0 || compressed.test(file.path);
    for (const [index, crc] of file.pieces.entries()) {
      const offset = index * pieceBytes;
      const length = Math.min(pieceBytes, file.size - offset);
      if (tasks.length > 0 && (bytes + length > batch.bytes || tasks.length >= batch.pieces)) {
        yield tasks;
        tasks = [];
        bytes = 0;
      }
      tasks.push({
        file,
        first: index === 0,
        piece: { real: file.real, offset, length, crc, last: index === file.pieces.length - 1, store },
      });
      bytes += length;
    }
  }
  if (tasks.length > 0) yield tasks;
}

/** Hands batches to the workers and their answers, in order, to `take`. */
async function compress(
  files: readonly ScannedFile[],
  take: (tasks: Task[], answer: WorkerAnswer) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = batches(files);
  const waiting = new Map<number, Task[]>();
  const early = new Map<number, WorkerAnswer>();
  let next = 0;
  let given = 0;
  const count = Math.max(1, Math.min(4, availableParallelism()));
  const workers = Array.from(
    { length: count },
    () =>
      new Worker(`(${zipWorker.toString()})()`, {
        eval: true,
        execArgv: [],
        stdout: false,
        resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
      }),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const give = (worker: Worker) => {
        // An early answer is held in memory: nobody runs far ahead of the oldest batch.
        if (given - next > count * depth * 2) return;
        const tasks = source.next().value as Task[] | undefined;
        if (tasks) {
          waiting.set(given, tasks);
          worker.postMessage({ id: given++, pieces: tasks.map((task) => task.piece) });
        } else if (waiting.size === 0) resolve();
      };
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (signal?.aborted) reject(signal.reason);
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('message', (answer: WorkerAnswer) => {
          try {
            early.set(answer.id, answer);
            for (let ready = early.get(next); ready; ready = early.get(next)) {
              take(waiting.get(next) ?? [], ready);
              waiting.delete(next);
              early.delete(next++);
            }
            give(worker);
            if (waiting.size < count) for (const other of workers) give(other);
          } catch (error) {
            reject(error);
          }
        });
        for (let i = 0; i < depth; i++) give(worker);
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Writes an archive of exactly the files that were listed, in their order, with fixed times. */
export async function pack(tree: ScannedTree, folder: string, signal?: AbortSignal): Promise<SourceArchive> {
  const path = join(folder, `guarded-release-source-${randomBytes(8).toString('hex')}.zip`);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  const remove = () => rmSync(path, { force: true });
  try {
    let position = 0;
    const entries: ZipEntry[] = [];
    const write = (bytes: Uint8Array) => {
      if (position + bytes.length > 0xffffffff)
        throw new ReleaseError('source-refused', { what: 'The archive would be larger than 4 GB.' });
      for (let at = 0; at < bytes.length; )
        at += writeSync(descriptor, bytes, at, bytes.length - at, position + at);
      position += bytes.length;
    };
    await compress(
      tree.files,
      (tasks, answer) => {
        if (answer.failed) throw changed(tree, answer.failed);
        let at = 0;
        // Whole small files are written in one go; a file of several pieces gets its header again once its size is known.
        for (const [index, task] of tasks.entries()) {
          const { length, stored } = answer.results?.[index] ?? { length: 0, stored: true };
          const bytes = answer.bytes?.subarray(at, at + length) ?? new Uint8Array();
          at += length;
          if (task.first) {
            const entry: ZipEntry = {
              name: Buffer.from(task.file.path),
              mode: task.file.mode,
              crc: crcOf(task.file),
              size: task.file.size,
              packedSize: length,
              stored,
              offset: position,
            };
            entries.push(entry);
            write(localHeader(entry));
            write(bytes);
            continue;
          }
          const entry = entries.at(-1) as ZipEntry;
          entry.packedSize += length;
          write(bytes);
          if (task.piece.last) writeSync(descriptor, localHeader(entry), 0, undefined, entry.offset);
        }
      },
      signal,
    );
    const start = position;
    for (const entry of entries) write(centralHeader(entry));
    write(endRecord(entries.length, position - start, start));
    return { path, bytes: position, remove };
  } catch (error) {
    remove();
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function crcOf(file: ScannedFile): number {
  let crc = file.pieces[0] ?? 0;
  for (let index = 1; index < file.pieces.length; index++)
    crc = combineCrc(crc, file.pieces[index] ?? 0, Math.min(pieceBytes, file.size - index * pieceBytes));
  return crc;
}

function changed(tree: ScannedTree, failed: { real: string; reason: string }): ReleaseError {
  const path = tree.files.find((file) => file.real === failed.real)?.path ?? failed.real;
  return new ReleaseError('source-changed', {
    what: `${path} changed while it was being packed.`,
    why: failed.reason === 'changed' ? undefined : failed.reason,
  });
}
