const { crc32 } = require('node:zlib');
const { Failure } = require('./failure.js');

/** Larger images are not decoded: a file of 170 KB can contain 900 million pixels and take half a gigabyte. */
const maxPixels = 16_000_000;

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const startsPng = (bytes) => bytes.subarray(0, 8).equals(pngSignature);
const startsJpeg = (bytes) => bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Width and height from IHDR. Throws unless every checksum is right and IEND is there (PNG specification, 5.3). */
function measurePng(bytes) {
  let size;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) break;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (bytes.readUInt32BE(end - 4) !== crc32(bytes.subarray(at + 4, end - 4))) break;
    if (!size) {
      if (type !== 'IHDR' || length !== 13) break;
      size = { type: 'image/png', width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    }
    if (type === 'IEND') return size;
    at = end;
  }
  throw new Failure(422, 'The PNG image is damaged or cut off.');
}

/** Frame headers: SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81, table B.1). */
const isFrame = (marker) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Width and height from the frame header. Throws without the end marker, because decoders paint a missing rest grey. */
function measureJpeg(bytes) {
  const complete = bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > 0;
  for (let at = 2; complete && at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker))
      return { type: 'image/jpeg', width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    if (marker === 0xd9 || marker === 0xda) break;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new Failure(422, 'The JPEG image is damaged or cut off.');
}

/** Reads `{type, width, height}` from the headers, without decoding. Throws a Failure if the image must not be decoded. */
function measure(bytes) {
  const size = startsPng(bytes) ? measurePng(bytes) : startsJpeg(bytes) ? measureJpeg(bytes) : undefined;
  if (!size) throw new Failure(415, 'Only PNG and JPEG images can be read.');
  if (size.width < 1 || size.height < 1) throw new Failure(422, 'The image has no pixels.');
  if (size.width * size.height > maxPixels)
    throw new Failure(
      413,
      `The image has ${size.width} x ${size.height} pixels; at most ${maxPixels} are read.`,
    );
  return size;
}

module.exports = { measure, maxPixels };
