/** One entry of a tar archive (POSIX pax and ustar, and GNU's long names). */
export interface TarEntry {
  /** Path with forward slashes, without `./` in front and without a slash at the end. Never absolute, never with `..`. */
  path: string;
  kind: 'file' | 'folder' | 'link' | 'hardlink' | 'other';
  mode: number;
  data: Buffer;
  /** Target of a symbolic or a hard link, as the archive has it. */
  target: string;
}

export class TarError extends Error {}

const BLOCK = 512;
const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'link',
  '5': 'folder',
};

const text = (header: Buffer, from: number, length: number): string => {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
};

/** A number in octal, or in base 256 if its highest bit is set. */
function number(header: Buffer, from: number, length: number): number {
  if (((header[from] ?? 0) & 0x80) === 0) return Number.parseInt(text(header, from, length).trim() || '0', 8);
  let value = BigInt((header[from] ?? 0) & 0x7f);
  for (let at = from + 1; at < from + length; at++) value = (value << 8n) | BigInt(header[at] ?? 0);
  return Number(value);
}

/** Records of a pax header: `LENGTH KEY=VALUE\n`. */
function paxRecords(data: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? 0 : Number(data.toString('utf8', at, space));
    if (!(length > 0)) break;
    const [key = '', ...value] = data.toString('utf8', space + 1, at + length - 1).split('=');
    records[key] = value.join('=');
    at += length;
  }
  return records;
}

function safePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw new TarError(`the path ${JSON.stringify(name.slice(0, 80))} leaves the archive`);
  return parts.join('/');
}

export function* readTar(archive: Buffer): Generator<TarEntry> {
  let next: Record<string, string> = {};
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const ustar = text(header, 257, 5) === 'ustar';
    const prefix = ustar ? text(header, 345, 155) : '';
    const type = String.fromCharCode(header[156] ?? 0);
    const size = Number(next.size ?? number(header, 124, 12));
    const start = at + BLOCK;
    if (!(size >= 0) || start + size > archive.length) throw new TarError('it is truncated');
    const data = archive.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x') next = { ...next, ...paxRecords(data) };
    else if (type === 'L') next.path = text(data, 0, size);
    else if (type === 'K') next.linkpath = text(data, 0, size);
    else if (type !== 'g') {
      const name = next.path ?? (prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100));
      yield {
        path: safePath(name),
        kind: kinds[type] ?? 'other',
        mode: number(header, 100, 8) & 0o777,
        data,
        target: next.linkpath ?? text(header, 157, 100),
      };
      next = {};
    }
  }
}
