import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** The largest file of text that an action reads as a whole. */
const maxBytes = 64 * 1024 * 1024;

/** Reads a file of text. Throws for a pipe, a device or a huge file: reading one could wait or grow without end. */
export function readRegularFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > maxBytes) throw new Error('it is larger than 64 MiB');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
