import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { decodeText } from '../domain/data/decode-text.ts';
import { pointerFix, pointerTool } from '../domain/data/git-pointer.ts';

/** The largest file of text that an action reads as a whole. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads a file of text, with or without a byte order mark. Throws for a pipe, a device or a huge file, because reading one
 * could wait or grow without end, and for another encoding or a pointer of Git LFS, because its text is not the file's.
 */
export function readRegularFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > maxBytes) throw new Error('it is larger than 64 MiB');
    const bytes = readFileSync(descriptor);
    const tool = pointerTool(bytes);
    if (tool) throw new Error(`it is a ${tool} pointer, not the file itself. ${pointerFix[tool]}`);
    const { text, looksLike } = decodeText(bytes);
    if (text !== undefined) return text;
    const seen = looksLike === 'unknown' ? 'it is not UTF-8' : `it looks like ${looksLike}`;
    throw new Error(`${seen}. Save it as UTF-8`);
  } finally {
    closeSync(descriptor);
  }
}
