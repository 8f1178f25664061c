import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { filePrefix } from '../../domain/product.ts';
import type { SourceArchive } from '../../steps/ports/source.ts';
import { compress } from './compress.ts';
import { pieceBytes } from './read-file.ts';
import type { ScannedFile, ScannedTree } from './scan.ts';
import { centralHeader, combineCrc, endRecord, localHeader, type ZipEntry } from './zip-format.ts';

/** Writes an archive of exactly the listed files, in their order and with a fixed time. */
export async function pack(tree: ScannedTree, folder: string, signal?: AbortSignal): Promise<SourceArchive> {
  const file = join(folder, `${filePrefix}source-${randomBytes(8).toString('hex')}.zip`);
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  // Without a name the file is gone with this process, even if that is killed: nothing is left that holds the source.
  const nameless = `/proc/${process.pid}/fd/${descriptor}`;
  const path = existsSync(nameless) ? nameless : file;
  if (path === nameless) rmSync(file, { force: true });
  let isOpen = true;
  const remove = () => {
    rmSync(file, { force: true });
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
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
        // A small file is written at once. The header of a file in several pieces is written again when its packed
        // size is known.
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
