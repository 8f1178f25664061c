import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { pointerFix, pointerTool } from '../../domain/data/git-pointer.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { secretAcross, secretInFile, secretInPiece } from './secrets.ts';
import type { Found, RefusedFile } from './walk.ts';

/** Files are read, checked and compressed in pieces of this many bytes. */
export const pieceBytes = 1 << 18;

export interface FileFacts {
  mode: number;
  size: number;
  sha256: string;
  /** CRC-32 of each piece. The packing reads the file again and compares, so that a changed byte is noticed. */
  pieces: number[];
  /** Why the content is refused, if it is. */
  refused: Omit<RefusedFile, 'path'> | undefined;
}

/** Opens a regular file without following a link or waiting for a pipe. */
export function openFile(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}

/**
 * Reads a file once: its digest, the checksums of its pieces, and whether it holds credentials. `buffer` is reused for
 * every file.
 */
export function readFacts(file: Found, buffer: Buffer): FileFacts {
  let descriptor: number;
  try {
    descriptor = openFile(file.real);
  } catch (cause) {
    throw new ReleaseError('source-refused', { what: `${file.path} could not be opened.`, cause });
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile())
      throw new ReleaseError('source-changed', { what: `${file.path} is no longer a regular file.` });
    const facts: FileFacts = {
      mode: stat.mode & 0o100 ? 0o755 : 0o644,
      size: 0,
      sha256: '',
      pieces: [],
      refused: undefined,
    };
    const digest = stat.size > pieceBytes ? createHash('sha256') : undefined;
    for (;;) {
      const length = readPiece(descriptor, buffer, facts.size);
      const view = buffer.subarray(0, length);
      if (length > 0 || facts.pieces.length === 0) facts.pieces.push(crc32(view));
      if (facts.size === 0) facts.refused = pointerIn(view) ?? secret(secretInFile(file.path, view));
      facts.refused ??= secret(secretInPiece(descriptor, view, facts.size));
      if (facts.size > 0 && length > 0) facts.refused ??= secret(secretAcross(descriptor, facts.size));
      digest?.update(view);
      if (!digest && facts.size === 0) facts.sha256 = hash('sha256', view, 'hex');
      facts.size += length;
      if (length < pieceBytes) break;
    }
    if (digest) facts.sha256 = digest.digest('hex');
    if (facts.size !== stat.size)
      throw new ReleaseError('source-changed', {
        what: `The size of ${file.path} changed while it was being read.`,
      });
    return facts;
  } finally {
    closeSync(descriptor);
  }
}

const secret = (found: string | { what: string; fix?: string } | undefined): FileFacts['refused'] => {
  if (found === undefined) return undefined;
  const { what, ...rest } = typeof found === 'string' ? { what: found } : found;
  return { why: what, isSecret: true, ...rest };
};

/** A file that the checkout did not bring: only a pointer stands in its place. */
function pointerIn(bytes: Buffer): FileFacts['refused'] {
  // A pointer is short; to decode the begin of every file would cost as much as its checksum.
  const tool = bytes.length < 1024 ? pointerTool(bytes) : undefined;
  return tool && { why: `a pointer of ${tool}, not the file itself`, fix: pointerFix[tool] };
}

/** Reads one piece from `position`. Returns fewer bytes only at the end of the file. */
function readPiece(descriptor: number, buffer: Buffer, position: number): number {
  let length = 0;
  while (length < pieceBytes) {
    const got = readSync(descriptor, buffer, length, pieceBytes - length, position + length);
    if (got === 0) break;
    length += got;
  }
  return length;
}
