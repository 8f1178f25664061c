import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { imageType } from '../../../../src/domain/smoke/body.ts';
import { freshImage } from '../../../../src/domain/smoke/image/fresh.ts';
import { pixelBomb } from '../../../../src/domain/smoke/image/hostile.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'bs-fresh-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nonce = '0190f3a5-7c1d-4d6e-9f10-2b3c4d5e6f70';
const joined = (image: Uint8Array, text = nonce) => {
  const pieces = freshImage(image, text);
  return pieces && new Uint8Array(Buffer.concat(pieces));
};

/** The example's own reader of headers, which proves every checksum of a PNG. */
const { measure } = createRequire(import.meta.url)(join(root, 'examples/ocr-node/image.js')) as {
  measure(bytes: Buffer): { type: string; width: number; height: number };
};
const images = join(root, 'examples/smoke/images');
const examples = readdirSync(images).filter((name) => !name.endsWith('.txt'));

test.each(examples)('%s has other bytes, the same size, and headers that are right', (name) => {
  const image = readFileSync(join(images, name));
  const fresh = Buffer.from(joined(image) ?? []);
  expect(fresh.equals(image)).toBe(false);
  expect(fresh.includes(nonce)).toBe(true);
  expect(fresh.length - image.length).toBeLessThan(100);
  expect(measure(fresh)).toEqual(measure(image));
});

test('every nonce gives other bytes, and the image itself is left alone', () => {
  const image = readFileSync(join(images, 'blank.png'));
  const before = Buffer.from(image);
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (a, b) => {
      expect(Buffer.from(joined(image, a) ?? []).equals(Buffer.from(joined(image, b) ?? []))).toBe(a === b);
    }),
    { numRuns: 50 },
  );
  expect(image.equals(before)).toBe(true);
});

test('a large image is not copied', () => {
  const bomb = pixelBomb(5000);
  const pieces = freshImage(bomb, nonce) ?? [];
  expect(
    pieces.filter(({ buffer }) => buffer !== bomb.buffer).reduce((sum, { length }) => sum + length, 0),
  ).toBeLessThan(100);
});

test('the comment of a JPEG comes after JFIF and Exif and before a segment with offsets', () => {
  const segment = (marker: number, text: string) => [0xff, marker, 0, 2 + text.length, ...Buffer.from(text)];
  const app = [...segment(0xe0, 'JFIF\0'), ...segment(0xe1, 'Exif\0\0')];
  const rest = [...segment(0xe2, 'MPF\0offsets'), 0xff, 0xd9];
  const wanted = [0xff, 0xd8, ...app, ...segment(0xfe, nonce), ...rest];
  expect([...(joined(Uint8Array.from([0xff, 0xd8, ...app, ...rest])) ?? [])]).toEqual(wanted);
});

test('bytes after the end of an image, and damaged images, do no harm', () => {
  const heads = [
    [0x89, 0x50, 0x4e, 0x47],
    [0xff, 0xd8, 0xff],
    [0x47, 0x49, 0x46, 0x38],
    [0x52, 0x49, 0x46, 0x46, 9, 9, 9, 9, 0x57],
    [0x42, 0x4d],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 60 }), (head, rest) => {
      const image = Uint8Array.from([...head, ...rest]);
      const fresh = joined(image);
      if (fresh === undefined) return;
      expect(fresh.length).toBeGreaterThan(image.length);
      expect(imageType(fresh)).toBe(imageType(image));
    }),
    { numRuns: 300 },
  );
});

test('a WebP whose end is missing is left alone, because what is added would be read as its pixels', () => {
  const file = (size: number, data: number) => {
    const image = Buffer.alloc(20 + data);
    image.write('RIFF');
    image.writeUInt32LE(size, 4);
    image.write('WEBPVP8 ', 8);
    image.writeUInt32LE(size - 12, 16);
    return new Uint8Array(image);
  };
  expect(joined(file(32, 20))).toBeDefined();
  expect(joined(file(32, 19))).toBeUndefined();
});

test.each([
  ['a text', 'This is not an image.'],
  ['nothing', ''],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
])('%s cannot be made fresh', (_, text) =>
  expect(freshImage(new TextEncoder().encode(text), nonce)).toBeUndefined(),
);

/** Writes one image in every format that this Pillow can write, or compares the pixels of two folders. */
const script = String.raw`
import hashlib, os, sys
from PIL import Image, features
folder = sys.argv[2]
if sys.argv[1] == "write":
    image = Image.open(sys.argv[3]).convert("RGB")
    save = lambda name, other=image, **more: other.save(os.path.join(folder, name), **more)
    save("a.png"); save("a.jpg"); save("progressive.jpg", progressive=True); save("exif.jpg", exif=Image.Exif().tobytes() or b"Exif\0\0")
    save("a.gif"); save("grey.gif", image.convert("L")); save("two.gif", append_images=[image.rotate(180)], save_all=True)
    save("a.bmp"); save("a.tif"); save("lzw.tif", compression="tiff_lzw"); save("pages.tif", append_images=[image.rotate(180)], save_all=True)
    if features.check("webp"):
        save("lossy.webp"); save("lossless.webp", lossless=True); save("alpha.webp", image.convert("RGBA")); save("moving.webp", append_images=[image.rotate(180)], save_all=True)
    if features.check("jpg_2000"): save("a.jp2")
    if features.check("avif"): save("a.avif")
    try:
        import pillow_heif; pillow_heif.register_heif_opener(); save("a.heic")
    except ImportError: pass
    save("a.pdf")
else:
    try:
        import pillow_heif; pillow_heif.register_heif_opener()
    except ImportError: pass
    for name in sorted(os.listdir(folder)):
        if name.endswith(".pdf"):
            try:
                import pypdfium2
            except ImportError: continue
            pages = [page.render().to_pil() for page in pypdfium2.PdfDocument(os.path.join(folder, name))]
        else:
            image = Image.open(os.path.join(folder, name)); pages = []
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame); pages.append(image.convert("RGBA"))
        print(name, *[hashlib.sha256(page.tobytes()).hexdigest() + str(page.size) for page in pages])
`;
const python = process.env.FRESH_PYTHON ?? '/usr/bin/python3';
const pillow = spawnSync(python, ['-c', 'import PIL'], { timeout: 60_000 }).status === 0;
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
};

(pillow ? test : test.skip)(
  'Pillow reads the same pixels from every format (skipped without Pillow)',
  () => {
    run('write', folder, join(images, 'invoice-en.png'));
    const before = run('hash', folder);
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThanOrEqual(11);
    for (const name of names) {
      const image = readFileSync(join(folder, name));
      const fresh = joined(image);
      expect([name, fresh === undefined, fresh && Buffer.from(fresh).equals(image)]).toEqual([
        name,
        false,
        false,
      ]);
      writeFileSync(join(folder, name), fresh ?? '');
    }
    expect(run('hash', folder)).toBe(before);
    expect(before.trim().split('\n').length).toBeGreaterThanOrEqual(11);
  },
  300_000,
);

test('a chunk of a PNG carries its own checksum', () => {
  const fresh = Buffer.from(joined(readFileSync(join(images, 'blank.png'))) ?? []);
  const length = fresh.readUInt32BE(33);
  expect(fresh.toString('latin1', 37, 41)).toBe('tEXt');
  expect(fresh.readUInt32BE(41 + length)).toBe(crc32(fresh.subarray(37, 41 + length)));
});
