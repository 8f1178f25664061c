import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { credentialsIn, keyAt, keyMarkers, keyWindow } from '../../domain/source/private-key.ts';
import type { Found } from './walk.ts';

/** Files are read, checked and compressed in pieces of this many bytes. */
export const pieceBytes = 1 << 18;

export interface FileFacts {
  mode: number;
  size: number;
  sha256: string;
  /** CRC-32 of each piece. The packing reads the file again and compares, so that a changed byte is noticed. */
  pieces: number[];
  /** Why the content is refused, if it is. */
  refused: string | undefined;
}

/** Opens a regular file without following a link or waiting for a pipe. */
export function openFile(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}

const markers = keyMarkers.map((marker) => Buffer.from(marker, 'latin1'));
const longestMarker = Math.max(...markers.map((marker) => marker.length));
const jsonLimit = 64 * 1024;

/** Looks for a key in `view`, which begins at `offset` of the file. */
function keyIn(descriptor: number, view: Buffer, offset: number): string | undefined {
  for (const marker of markers) {
    for (let at = view.indexOf(marker); at >= 0; at = view.indexOf(marker, at + marker.length)) {
      const window = Buffer.alloc(keyWindow);
      const length = readSync(descriptor, window, 0, keyWindow, offset + at);
      const found = keyAt(window.toString('latin1', 0, length));
      if (found) return found;
    }
  }
  return undefined;
}

function credentialsOf(path: string, bytes: Buffer): string | undefined {
  if (!path.toLowerCase().endsWith('.json') || bytes.length > jsonLimit) return undefined;
  if (
    !bytes.includes('service_account') &&
    !bytes.includes('authorized_user') &&
    !bytes.includes('external_account')
  )
    return undefined;
  try {
    return credentialsIn(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
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
      facts.refused ??= keyIn(descriptor, view, facts.size);
      if (facts.size > 0 && length > 0) facts.refused ??= keyAcross(descriptor, facts.size);
      if (facts.size === 0) facts.refused ??= credentialsOf(file.path, view);
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

/** Looks for a key whose marker begins in one piece and ends in the next. */
function keyAcross(descriptor: number, boundary: number): string | undefined {
  const seam = Buffer.alloc(2 * longestMarker);
  const start = boundary - longestMarker;
  const length = readSync(descriptor, seam, 0, seam.length, start);
  return keyIn(descriptor, seam.subarray(0, length), start);
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
