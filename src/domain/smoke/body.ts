import type { Json } from '../data/json.ts';
import { slug } from '../product.ts';
import type { CaseRequest, ImageSource } from './suite/model.ts';

/** A body in pieces, so that a 30 MiB image is in memory only once, in any encoding. */
export interface BodyPlan {
  contentType: string;
  parts: BodyPart[];
}
export type BodyPart = string | { image: 'bytes' | 'base64' };

/** The first bytes of an image that comes in pieces, of which the first may be shorter than what tells its type. */
export function headOf(image: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(16);
  let length = 0;
  for (const piece of image) {
    const part = piece.subarray(0, head.length - length);
    head.set(part, length);
    length += part.length;
  }
  return head.subarray(0, length);
}

/** The content type of an image, from its first bytes as in a browser. The file's name does not matter. */
export function imageType(head: Uint8Array): string {
  const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'image/gif';
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) return 'image/tiff';
  if (starts(0x52, 0x49, 0x46, 0x46) && head[8] === 0x57) return 'image/webp';
  if (starts(0x25, 0x50, 0x44, 0x46)) return 'application/pdf';
  return 'application/octet-stream';
}

/** Takes the place of the image in a template until the template is cut there. */
const placeholder = '\u0001image\u0001';

/** Fills a template with values, and cuts its JSON where the image goes. */
function fill(template: Json, values: Record<string, string>): BodyPart[] {
  const place = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  const walk = (value: Json): Json => {
    if (typeof value === 'string') return place(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner ?? null)]));
  };
  const pieces = JSON.stringify(walk(template)).split(JSON.stringify(placeholder).slice(1, -1));
  return pieces.flatMap((piece, i): BodyPart[] => (i === 0 ? [piece] : [{ image: 'base64' }, piece]));
}

const templates = {
  'vision-json': {
    requests: [{ image: { content: '{{base64}}' }, features: [{ type: 'DOCUMENT_TEXT_DETECTION' }] }],
  },
  documentai: { rawDocument: { content: '{{base64}}', mimeType: '{{type}}' } },
  gcs: {
    requests: [
      { image: { source: { gcsImageUri: '{{uri}}' } }, features: [{ type: 'DOCUMENT_TEXT_DETECTION' }] },
    ],
  },
  url: {
    requests: [
      { image: { source: { imageUri: '{{uri}}' } }, features: [{ type: 'DOCUMENT_TEXT_DETECTION' }] },
    ],
  },
} satisfies Record<string, Json>;

/** The body of a request. `head` holds the first bytes of the image, and is empty if the request only names the image. */
export function bodyOf(request: CaseRequest, image: ImageSource, head: Uint8Array): BodyPlan {
  const uri = image.kind === 'file' ? '' : image.uri;
  const name =
    request.filename ?? (image.kind === 'file' ? image.path : uri).split(/[\\/]/).at(-1) ?? 'image';
  const type = request.type ?? imageType(head);
  if (request.as === 'raw') return { contentType: type, parts: [{ image: 'bytes' }] };
  if (request.as === 'multipart') {
    const boundary = `----${slug}-7MA4YWxkTrZu0gW`;
    const safe = (text: string) => text.replace(/[\r\n"\\]/g, '_');
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${safe(request.field)}"; filename="${safe(name)}"\r\nContent-Type: ${safe(type)}\r\n\r\n`;
    return {
      contentType: `multipart/form-data; boundary=${boundary}`,
      parts: [head, { image: 'bytes' }, `\r\n--${boundary}--\r\n`],
    };
  }
  const template: Json = request.as === 'json' ? (request.template ?? null) : templates[request.as];
  const values = { base64: placeholder, data_url: `data:${type};base64,${placeholder}`, uri, type, name };
  return { contentType: 'application/json', parts: fill(template, values) };
}
