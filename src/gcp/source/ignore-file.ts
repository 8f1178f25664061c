import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ReleaseError } from '../../domain/errors/errors.ts';

export interface IgnoreFile {
  lines: string[];
  /** The bytes are UTF-16, so a shell cannot add a line to the file. */
  isUtf16: boolean;
  /** The last line has no end, so text that is added to the file would continue it. */
  isOpen: boolean;
}

const maxBytes = 1 << 20;

/**
 * Reads an ignore file. Throws `source-refused` if its patterns could not be read for certain: a pattern that is read wrongly matches
 * nothing, and then the file that it names goes up.
 */
export function readIgnoreFile(path: string, name: string): IgnoreFile {
  const refuse = (problem: string, fix: string) =>
    new ReleaseError('source-refused', {
      what: `The ignore file ${name} ${problem}.`,
      why: 'A pattern that cannot be read leaves nothing out.',
      fix,
    });
  const bytes = readBytes(path, (problem) => refuse(problem, `Make ${name} a text file in UTF-8.`));
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const text = isUtf16
    ? new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const save = `Save ${name} in UTF-8.`;
  if (text.includes('\0')) throw refuse('holds zero bytes, so its encoding is not known', save);
  const lines = splitLines(text.replace(/^\ufeff/, ''));
  // gcloud reads the mark as a part of the first pattern. What it leaves out stays out: the first line may not take anything back.
  if (text.startsWith('\ufeff') && lines[0]?.startsWith('!')) lines[0] = '';
  const isUtf8 = isUtf16 || Buffer.from(text).equals(bytes);
  const broken = lines.findIndex((line) => line.includes('\ufffd') && !isComment(line));
  if (!isUtf8 && broken >= 0) throw refuse(`is not in UTF-8: line ${broken + 1} holds other bytes`, save);
  return { lines, isUtf16, isOpen: text !== '' && !/[\n\r]$/.test(text) };
}

const isComment = (line: string) => line.startsWith('#') && !/^#\s*!include:/.test(line);

/** Lines as Python's `splitlines` splits them, which gcloud uses. */
const splitLines = (text: string): string[] => text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);

/** Reads a regular file, and never waits for a pipe or reads a device. */
function readBytes(path: string, refuse: (problem: string) => ReleaseError): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw refuse(missing ? 'does not exist, or is a link to nothing' : 'could not be read');
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw refuse('is not a regular file');
    if (stat.size > maxBytes) throw refuse('is larger than 1 MiB');
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    for (let got = -1; length < bytes.length && got !== 0; length += got)
      got = readSync(descriptor, bytes, length, bytes.length - length, length);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
