import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StoredObject } from './state.ts';

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), which is another polynomial than zlib's. */
const table = Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

export function crc32c(data: Buffer): string {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (table[(value ^ byte) & 255] as number);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return bytes.toString('base64');
}

interface Digests {
  size: number;
  md5Hash: string;
  crc32c: string;
}

/** A file never changes: each generation has its own. */
const known = new Map<string, Digests>();

export function digestsOf({ file }: StoredObject): Digests {
  const path = file ?? '';
  const before = known.get(path);
  if (before) return before;
  const data = file === undefined ? Buffer.alloc(0) : readFileSync(file);
  const made = {
    size: data.length,
    md5Hash: createHash('md5').update(data).digest('base64'),
    crc32c: crc32c(data),
  };
  if (known.size > 2000) known.clear();
  known.set(path, made);
  return made;
}
