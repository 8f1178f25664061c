import { chunk } from './png.ts';

/** Images that a function must refuse. They are generated, so that a suite needs no such files. */

/** The first two thirds of an image with some bits flipped. Its header stays intact, but the image cannot be decoded. */
export function corrupt(image: Uint8Array): Uint8Array {
  // Not slice(): on a Buffer it returns a view, and flipping bits would damage the case's own image.
  const cut = new Uint8Array(image.subarray(0, Math.max(24, Math.floor((image.length * 2) / 3))));
  for (let i = 0; i < 8; i++) {
    const at = Math.floor(cut.length / 2) + i * 7;
    if (at < cut.length) cut[at] = (cut[at] as number) ^ 0x5a;
  }
  return cut;
}

/** `length` zero bytes in zlib format: a few literals, then matches of 258 bytes at distance 1 (RFC 1951, 3.2.6). */
function deflatedZeros(length: number): Uint8Array {
  const matches = Math.floor((length - 1) / 258);
  const literals = length - matches * 258;
  const bytes = new Uint8Array(2 + Math.ceil((3 + 8 * literals + 13 * matches + 7) / 8) + 4);
  bytes.set([0x78, 0x01]);
  let bit = 16;
  const write = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--, bit++)
      if ((value >>> i) & 1) bytes[bit >>> 3] = (bytes[bit >>> 3] as number) | (1 << (bit & 7));
  };
  write(0b110, 3);
  for (let i = 0; i < literals; i++) write(0b00110000, 8);
  for (let i = 0; i < matches; i++) write(0b1100010100000, 13);
  write(0, 7);
  // Adler-32 of zeros: the first sum stays 1, and the second counts the bytes.
  new DataView(bytes.buffer).setUint32(bytes.length - 4, (length % 65521) * 65536 + 1);
  return bytes;
}

/** A valid black 1-bit PNG of `side` x `side` pixels: a few hundred kilobytes that decode to hundreds of megabytes. */
export function pixelBomb(side: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  header[8] = 1;
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflatedZeros((Math.ceil(side / 8) + 1) * side)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
