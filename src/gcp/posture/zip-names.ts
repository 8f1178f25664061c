/** Reads the names of files out of a zip's central directory (PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16). */

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const mostNames = 20_000;

/** The record at the end has 22 bytes and a comment of at most 65 535. */
export const tailBytes = 22 + 65_535;

/** Where the central directory lies, or undefined if these bytes are not the end of a zip that can be read. */
export function directoryOf(tail: Buffer): { offset: number; size: number; count: number } | undefined {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endSignature || at + 22 + tail.readUInt16LE(at + 20) !== tail.length)
      continue;
    const [count, size, offset] = [
      tail.readUInt16LE(at + 10),
      tail.readUInt32LE(at + 12),
      tail.readUInt32LE(at + 16),
    ];
    // A zip of more than 4 GB or 65 535 files has its numbers elsewhere. No upload of a function is that large.
    return count === 0xffff || offset === 0xffffffff ? undefined : { offset, size, count };
  }
  return undefined;
}

/** The names in a central directory. Undefined if it is damaged. */
export function namesIn(directory: Buffer, count: number): string[] | undefined {
  const names: string[] = [];
  let at = 0;
  for (let index = 0; index < Math.min(count, mostNames); index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== entrySignature) return undefined;
    const length = directory.readUInt16LE(at + 28);
    const next = at + 46 + length + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) return undefined;
    names.push(directory.toString('utf8', at + 46, at + 46 + length));
    at = next;
  }
  return count > mostNames ? undefined : names;
}
