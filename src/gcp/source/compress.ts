import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { pieceBytes } from './read-file.ts';
import type { ScannedFile } from './scan.ts';
import { type Piece, type WorkerAnswer, zipWorker } from './zip-worker.ts';

/** Formats that are compressed already: deflating them costs time and saves nothing. */
const compressed =
  /\.(7z|avif|br|bz2|gif|gz|heic|jar|jpe?g|mov|mp[34]|ogg|png|t[gx]z|webm|webp|whl|woff2?|xz|zip|zst)$/i;

/** One piece of a file, and whether it is the first. */
export interface Task {
  file: ScannedFile;
  piece: Piece;
  first: boolean;
}

/** Limits of one message to a worker: about so many bytes, at most so many pieces. */
const batch = { bytes: pieceBytes, pieces: 64 } as const;
/** Batches that a worker holds: one in work, one waiting. */
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

/** Gives batches to the workers and passes their answers to `take`, in the order of the files. */
export async function compress(
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
        // An answer that arrives early waits in memory, so no worker may run far ahead of the oldest batch.
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
