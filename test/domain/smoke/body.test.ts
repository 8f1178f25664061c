import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { bodyOf, imageType } from '../../../src/domain/smoke/body.ts';
import { corrupt, pixelBomb } from '../../../src/domain/smoke/image/hostile.ts';
import type { CaseRequest, ImageSource } from '../../../src/domain/smoke/suite/model.ts';

const file: ImageSource = { kind: 'file', path: 'images/송장 1.png' };
const request = (more: Partial<CaseRequest>): CaseRequest => ({
  as: 'raw',
  method: 'POST',
  path: '/',
  field: 'image',
  filename: undefined,
  type: undefined,
  headers: {},
  template: undefined,
  ...more,
});
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const whole = (parts: ReturnType<typeof bodyOf>['parts']) =>
  parts.map((part) => (typeof part === 'string' ? part : `<${part.image}>`)).join('');

describe('request shapes', () => {
  test('raw', () =>
    expect(bodyOf(request({}), file, png)).toEqual({
      contentType: 'image/png',
      parts: [{ image: 'bytes' }],
    }));

  test('multipart, with a file name that cannot end its header', () => {
    const { contentType, parts } = bodyOf(
      request({ as: 'multipart', field: 'a"\r\nb', filename: 'x"y.png' }),
      file,
      png,
    );
    const boundary = contentType.split('boundary=')[1];
    expect(whole(parts)).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="a___b"; filename="x_y.png"\r\nContent-Type: image/png\r\n\r\n<bytes>\r\n--${boundary}--\r\n`,
    );
  });

  test('Vision, Document AI and addresses', () => {
    expect(whole(bodyOf(request({ as: 'vision-json' }), file, png).parts)).toBe(
      '{"requests":[{"image":{"content":"<base64>"},"features":[{"type":"DOCUMENT_TEXT_DETECTION"}]}]}',
    );
    expect(whole(bodyOf(request({ as: 'documentai' }), file, png).parts)).toBe(
      '{"rawDocument":{"content":"<base64>","mimeType":"image/png"}}',
    );
    const uri: ImageSource = { kind: 'gcs', uri: 'gs://b/a.png' };
    expect(whole(bodyOf(request({ as: 'gcs' }), uri, png).parts)).toContain('"gcsImageUri":"gs://b/a.png"');
    expect(whole(bodyOf(request({ as: 'url' }), { kind: 'url', uri: 'https://x/a"b' }, png).parts)).toContain(
      '"imageUri":"https://x/a\\"b"',
    );
  });

  test('a template: placeholders work in strings, any number of times, and unknown ones stay', () => {
    const template = {
      image: '{{data_url}}',
      again: '{{base64}}',
      n: 1,
      list: ['{{name}}', true, null, '{{other}}'],
    };
    expect(whole(bodyOf(request({ as: 'json', template }), file, png).parts)).toBe(
      '{"image":"data:image/png;base64,<base64>","again":"<base64>","n":1,"list":["송장 1.png",true,null,"{{other}}"]}',
    );
  });

  test.each([
    [[0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    [[0x47, 0x49, 0x46, 0x38], 'image/gif'],
    [[0x49, 0x49, 0x2a, 0], 'image/tiff'],
    [[0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57], 'image/webp'],
    [[0x25, 0x50, 0x44, 0x46], 'application/pdf'],
    [[], 'application/octet-stream'],
  ])('%j is %s', (head, type) => expect(imageType(Uint8Array.from(head))).toBe(type));
});

describe('images that a function must refuse', () => {
  test('the pixel bomb is a valid PNG of that size', () => {
    const bytes = Buffer.from(pixelBomb(3001));
    const chunks: Record<string, Buffer> = {};
    for (let at = 8; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      const end = at + 12 + length;
      expect(bytes.readUInt32BE(end - 4)).toBe(crc32(bytes.subarray(at + 4, end - 4)));
      chunks[bytes.toString('latin1', at + 4, at + 8)] = bytes.subarray(at + 8, end - 4);
      at = end;
    }
    expect(Object.keys(chunks)).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect([chunks.IHDR?.readUInt32BE(0), chunks.IHDR?.readUInt32BE(4), chunks.IHDR?.[8]]).toEqual([
      3001, 3001, 1,
    ]);
    const pixels = inflateSync(chunks.IDAT as Buffer);
    expect(pixels.length).toBe((Math.ceil(3001 / 8) + 1) * 3001);
    expect(pixels.every((byte) => byte === 0)).toBe(true);
    expect(pixelBomb(20_000).length).toBeLessThan(400_000);
  });

  test('the corrupt image keeps its header, and the original stays intact', () => {
    const image = Buffer.from(Array.from({ length: 300 }, (_, i) => i & 255));
    const before = Buffer.from(image);
    const broken = corrupt(image);
    expect(image.equals(before)).toBe(true);
    expect(broken.length).toBe(200);
    expect([...broken.subarray(0, 24)]).toEqual([...image.subarray(0, 24)]);
    expect(Buffer.from(broken).equals(image.subarray(0, 200))).toBe(false);
  });
});
