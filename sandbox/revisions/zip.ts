import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Cloud Functions refuses sources above 512 MiB uncompressed. A zip bomb is refused before anything is inflated. */
const MAX_TOTAL = 512 * 1024 * 1024;

export class ZipError extends Error {}

export interface ZipEntry {
  /** Relative path with forward slashes; never absolute, never with `..`. */
  path: string;
  /** Unix permission bits, or 0 if the archive has none. */
  mode: number;
  size: number;
  data(): Buffer;
}

/** The end-of-central-directory record is within the last 64 KiB + 22 bytes (its comment's maximum). */
function findEnd(zip: Buffer): number {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 65_557); at--)
    if (zip.readUInt32LE(at) === 0x06054b50) return at;
  throw new ZipError('it is not a zip archive');
}

interface Directory {
  count: number;
  offset: number;
}

function directoryOf(zip: Buffer): Directory {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const offset = zip.readUInt32LE(end + 16);
  if (count !== 0xffff && offset !== 0xffffffff) return { count, offset };
  const locator = end - 20;
  if (locator < 0 || zip.readUInt32LE(locator) !== 0x07064b50)
    throw new ZipError('its zip64 locator is missing');
  const wide = Number(zip.readBigUInt64LE(locator + 8));
  if (zip.readUInt32LE(wide) !== 0x06064b50) throw new ZipError('its zip64 record is missing');
  return { count: Number(zip.readBigUInt64LE(wide + 32)), offset: Number(zip.readBigUInt64LE(wide + 48)) };
}

function inflate(
  zip: Buffer,
  local: number,
  method: number,
  packed: number,
  size: number,
  path: string,
): Buffer {
  if (zip.readUInt32LE(local) !== 0x04034b50) throw new ZipError(`${path} has no local header`);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const raw = zip.subarray(start, start + packed);
  if (method === 0) return raw;
  if (method !== 8) throw new ZipError(`${path} uses compression method ${method}`);
  const data = inflateRawSync(raw, { maxOutputLength: Math.max(1, size) });
  if (data.length !== size)
    throw new ZipError(`${path} inflates to ${data.length} bytes, its header says ${size}`);
  return data;
}

function safePath(name: string): string {
  const path = name.replaceAll('\\', '/');
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.split('/').includes('..') || path.includes('\0'))
    throw new ZipError(`the path ${JSON.stringify(name.slice(0, 80))} leaves the archive`);
  return path;
}

/** Reads the central directory. Throws ZipError if the archive is broken, unsafe or too large. */
export function readZip(zip: Buffer): ZipEntry[] {
  try {
    return entriesOf(zip);
  } catch (error) {
    if (error instanceof ZipError) throw error;
    throw new ZipError('it is truncated');
  }
}

function entriesOf(zip: Buffer): ZipEntry[] {
  const { count, offset } = directoryOf(zip);
  const entries: ZipEntry[] = [];
  let at = offset;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new ZipError('its central directory is broken');
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const size = zip.readUInt32LE(at + 24);
    const nameLength = zip.readUInt16LE(at + 28);
    const unix = zip.readUInt16LE(at + 40);
    const local = zip.readUInt32LE(at + 42);
    const path = safePath(zip.toString('utf8', at + 46, at + 46 + nameLength));
    if ((unix & 0o170000) === 0o120000) throw new ZipError(`${path} is a symbolic link`);
    total += size;
    if (total > MAX_TOTAL) throw new ZipError('it unpacks to more than 512 MiB');
    if (!path.endsWith('/'))
      entries.push({
        path,
        mode: unix & 0o777,
        size,
        data: () => inflate(zip, local, method, packed, size, path),
      });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

export function extractZip(entries: readonly ZipEntry[], folder: string): void {
  for (const entry of entries) {
    const path = join(folder, entry.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, entry.data(), { mode: entry.mode || 0o644 });
  }
}
