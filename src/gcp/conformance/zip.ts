import { crc32 } from 'node:zlib';
import { centralHeader, endRecord, localHeader, type ZipEntry } from '../source/zip-format.ts';

/** A zip of a few small files, without compression. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.from(text);
    const { length: size } = bytes;
    const entry = {
      name: Buffer.from(name),
      mode: 0o644,
      crc: crc32(bytes),
      size,
      packedSize: size,
      stored: true,
      offset,
    };
    const header = localHeader(entry);
    entries.push(entry);
    parts.push(header, bytes);
    offset += header.length + size;
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  return Buffer.concat([...parts, directory, endRecord(entries.length, directory.length, offset)]);
}
