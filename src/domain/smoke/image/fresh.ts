import { imageType } from '../body.ts';
import { chunk } from './png.ts';

/**
 * The pieces of a file that has other bytes and the same pixels. They are views on `image` wherever nothing changes, so
 * that an image of 30 MiB is not copied for every request.
 */
type Pieces = Uint8Array[];

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const insert = (image: Uint8Array, at: number, piece: Uint8Array): Pieces => [
  image.subarray(0, at),
  piece,
  image.subarray(at),
];

/** A text chunk after the header, which has 25 bytes (PNG specification, 11.3.3.2). */
function freshPng(image: Uint8Array, nonce: string): Pieces | undefined {
  if (image.length < 33 || textAt(image, 12, 4) !== 'IHDR') return undefined;
  return insert(image, 33, chunk('tEXt', ascii(`Comment\0${nonce}`)));
}

/**
 * A comment (ITU T.81, B.2.4.5) after the segments of JFIF and Exif, which must come first. It comes before all others: the offsets of
 * a multi-picture file start in its APP2 segment, so they stay right.
 */
function freshJpeg(image: Uint8Array, nonce: string): Pieces {
  let at = 2;
  while (image[at] === 0xff && (image[at + 1] === 0xe0 || image[at + 1] === 0xe1)) {
    const next = at + 2 + ((image[at + 2] ?? 0) << 8) + (image[at + 3] ?? 0);
    if (next >= image.length) break;
    at = next;
  }
  return insert(image, at, Uint8Array.of(0xff, 0xfe, 0, 2 + nonce.length, ...ascii(nonce)));
}

/** A comment extension after the colour table (GIF89a, 24). GIF87a has no extensions; but for them 89a reads it alike. */
function freshGif(image: Uint8Array, nonce: string): Pieces | undefined {
  const flags = image[10] ?? 0;
  const at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  if (at >= image.length) return undefined;
  const comment = Uint8Array.of(0x21, 0xfe, nonce.length, ...ascii(nonce), 0);
  return [ascii('GIF89a'), image.subarray(6, at), comment, image.subarray(at)];
}

/**
 * A chunk of a RIFF file that every reader skips, at the end. The size in the header counts it. If the end is missing, it would be read as
 * pixels.
 */
function freshWebp(image: Uint8Array, nonce: string): Pieces | undefined {
  const size = new DataView(image.buffer, image.byteOffset).getUint32(4, true);
  const end = 8 + size;
  if (end > image.length) return undefined;
  const junk = new Uint8Array(8 + nonce.length + (nonce.length % 2));
  junk.set(ascii(`JUNK\0\0\0\0${nonce}`));
  new DataView(junk.buffer).setUint32(4, nonce.length, true);
  const head = image.slice(0, 8);
  new DataView(head.buffer).setUint32(4, size + junk.length, true);
  return [head, image.subarray(8, end), junk, image.subarray(end)];
}

/** A box that every reader skips, at the end, where it moves no other (ISO/IEC 14496-12, 4.2; the same box in JPEG 2000). */
function freshBoxes(image: Uint8Array, nonce: string): Pieces {
  const box = ascii(`\0\0\0\0uuid\x8e\x1d\x5c\x2f\x07\xb4\x4e\x3a\x9a\x61\xd0\x4f\x73\xc8\x25\x16${nonce}`);
  new DataView(box.buffer).setUint32(0, box.length);
  return [image, box];
}

/** After the end, where nothing points to: TIFF and BMP find everything by offsets. */
const freshEnd = (image: Uint8Array, nonce: string): Pieces => [image, ascii(nonce)];
/** A comment in the last lines, where a reader looks for `startxref` and skips all else (ISO 32000-1, 7.2.3 and 7.5.5). */
const freshPdf = (image: Uint8Array, nonce: string): Pieces => [image, ascii(`\n%${nonce}\n`)];

const byType: Record<string, (image: Uint8Array, nonce: string) => Pieces | undefined> = {
  'image/png': freshPng,
  'image/jpeg': freshJpeg,
  'image/gif': freshGif,
  'image/webp': freshWebp,
  'image/tiff': freshEnd,
  'application/pdf': freshPdf,
};

/** What `freshImage` can change, in words. */
export const freshTypes = 'PNG, JPEG, GIF, WebP, TIFF, BMP, JPEG 2000, HEIC, AVIF and PDF';

/**
 * The same image with other bytes: the nonce goes where the format has a place for what is no picture. A cache by content
 * then does not know the image, and the function reads the same pixels.
 * @param nonce up to 200 characters of ASCII
 * @returns undefined if the format is not known, because any other byte may then be a pixel
 */
export function freshImage(image: Uint8Array, nonce: string): Uint8Array[] | undefined {
  const known = byType[imageType(image)];
  if (known) return known(image, nonce);
  const head = textAt(image, 0, 12);
  if (head.startsWith('BM') || head.startsWith('II\x2b\0') || head.startsWith('MM\0\x2b'))
    return freshEnd(image, nonce);
  if (head.startsWith('ftyp', 4) || head.startsWith('\0\0\0\x0cjP  ')) return freshBoxes(image, nonce);
  return undefined;
}
