/** Records of the ZIP format (PKWARE APPNOTE 6.3.10, sections 4.3.7 and 4.3.12), without extensions. */

export interface ZipEntry {
  /** The name in UTF-8. */
  name: Buffer;
  mode: number;
  crc: number;
  size: number;
  packedSize: number;
  stored: boolean;
  /** Offset of its local header. */
  offset: number;
}

/** Names are UTF-8 (general purpose bit 11). */
const flags = 0x0800;
const versionNeeded = 20;
/** Made by Unix, so that unpackers apply the file mode. */
const versionMadeBy = (3 << 8) | versionNeeded;
/**
 * 1980-01-01 00:00, the earliest time that the format can hold. Every file has it, so that every run writes the same
 * bytes.
 */
const fixedDate = (1 << 5) | 1;
const regularFile = 0o100000;

function common(record: Buffer, at: number, entry: ZipEntry): void {
  record.writeUInt16LE(versionNeeded, at);
  record.writeUInt16LE(flags, at + 2);
  record.writeUInt16LE(entry.stored ? 0 : 8, at + 4);
  record.writeUInt16LE(0, at + 6);
  record.writeUInt16LE(fixedDate, at + 8);
  record.writeUInt32LE(entry.crc, at + 10);
  record.writeUInt32LE(entry.packedSize, at + 14);
  record.writeUInt32LE(entry.size, at + 18);
  record.writeUInt16LE(entry.name.length, at + 22);
}

export function localHeader(entry: ZipEntry): Buffer {
  const record = Buffer.alloc(30 + entry.name.length);
  record.writeUInt32LE(0x04034b50, 0);
  common(record, 4, entry);
  entry.name.copy(record, 30);
  return record;
}

export function centralHeader(entry: ZipEntry): Buffer {
  const record = Buffer.alloc(46 + entry.name.length);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(versionMadeBy, 4);
  common(record, 6, entry);
  record.writeUInt32LE(((regularFile | entry.mode) << 16) >>> 0, 38);
  record.writeUInt32LE(entry.offset, 42);
  entry.name.copy(record, 46);
  return record;
}

export function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/**
 * CRC-32 of two pieces together, from the CRC-32 of each (zlib's crc32_combine). `length` is the size of the second
 * piece in bytes.
 */
export function combineCrc(first: number, second: number, length: number): number {
  // Appending a zero bit is a linear map over GF(2): its matrix is squared until it stands for `length` bytes.
  let operator = Array.from({ length: 32 }, (_, bit) => (bit === 0 ? 0xedb88320 : 1 << (bit - 1)));
  const apply = (matrix: number[], vector: number) => {
    let sum = 0;
    for (let bit = 0, rest = vector; rest !== 0; bit++, rest >>>= 1) if (rest & 1) sum ^= matrix[bit] ?? 0;
    return sum;
  };
  const square = (matrix: number[]) => matrix.map((column) => apply(matrix, column));
  operator = square(square(square(operator)));
  let crc = first;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = apply(operator, crc);
    operator = square(operator);
  }
  return (crc ^ second) >>> 0;
}
