import { Readable } from 'node:stream';
import { ReleaseError } from '../domain/errors/errors.ts';
import type { BodyPart } from '../domain/smoke/body.ts';
import type { NoAnswer } from '../domain/smoke/retry.ts';
import { scrubToken } from '../domain/smoke/scrub.ts';
import type { SmokeHttp, SmokeHttpRequest } from '../steps/ports/smoke.ts';
import type { Endpoints } from './endpoints.ts';
import { isOwnProxy } from './proxy-error.ts';
import { send, TransportError } from './send.ts';

/** At most this much of an answer is read. */
const maxAnswerBytes = 4 * 1024 * 1024;
const sliceBytes = 48 * 1024;

const base64Length = (bytes: number) => Math.ceil(bytes / 3) * 4;

/** Bytes of a body that is sent in pieces. */
function lengthOf(parts: readonly BodyPart[], image: readonly Uint8Array[]): number {
  const bytes = image.reduce((all, piece) => all + piece.byteLength, 0);
  let sum = 0;
  for (const part of parts) {
    if (typeof part === 'string') sum += Buffer.byteLength(part);
    else sum += part.image === 'bytes' ? bytes : base64Length(bytes);
  }
  return sum;
}

function* slicesOf(image: readonly Uint8Array[]): Generator<Buffer> {
  for (const piece of image) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
  }
}

/** The image is encoded slice by slice, so that its base64 is never in memory as a whole. */
function* base64Of(image: readonly Uint8Array[]): Generator<Buffer> {
  let rest = Buffer.alloc(0);
  for (const slice of slicesOf(image)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, slice]) : slice;
    const whole = bytes.length - (bytes.length % 3);
    yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1');
    rest = Buffer.from(bytes.subarray(whole));
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

/** The bytes of a body. */
function* pieces(parts: readonly BodyPart[], image: readonly Uint8Array[]): Generator<Buffer> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part);
    else yield* part.image === 'bytes' ? slicesOf(image) : base64Of(image);
  }
}

function* zeros(bytes: number): Generator<Buffer> {
  const slice = Buffer.alloc(sliceBytes);
  for (let left = bytes; left > 0; left -= sliceBytes)
    yield left < sliceBytes ? slice.subarray(0, left) : slice;
}

/** The body for the HTTP client. Every attempt gets a new stream, so that each one sends the whole body. */
function bodyFor(body: SmokeHttpRequest['body']): {
  body?: Uint8Array | (() => Readable);
  contentLength?: number;
} {
  if (!body) return {};
  if ('zeros' in body)
    return { body: () => Readable.from(zeros(body.zeros), { objectMode: false }), contentLength: body.zeros };
  const { parts, image } = body;
  const only = parts.length === 1 ? parts[0] : undefined;
  const [piece] = image;
  if (typeof only === 'object' && only.image === 'bytes' && piece && image.length === 1)
    return { body: piece };
  return {
    body: () => Readable.from(pieces(parts, image), { objectMode: false }),
    contentLength: lengthOf(parts, image),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body as text. Bytes that are not UTF-8 become replacement characters, and `garbled` is set. */
function decode(bytes: Uint8Array): { body: string; garbled: boolean } {
  try {
    return { body: utf8.decode(bytes), garbled: false };
  } catch {
    return { body: Buffer.from(bytes).toString('utf8'), garbled: true };
  }
}

/**
 * Calls the function under test. It follows no redirect, reads at most 4 MiB of an answer after decompression, ends
 * every attempt at its deadline, and sends a token only to a URL that `endpoints` allows.
 */
export function createSmokeHttp(endpoints: Endpoints, userAgent: string): SmokeHttp {
  return {
    async send(request) {
      if (request.token !== undefined) endpoints.assertSendable(request.url);
      const headers: Record<string, string> = {
        'user-agent': userAgent,
        accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
      };
      for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
      if (request.token !== undefined)
        headers[request.tokenHeader ?? 'authorization'] = `Bearer ${request.token}`;
      const started = performance.now();
      try {
        const answer = await send({
          method: request.method,
          url: request.url,
          headers,
          ...bodyFor(request.body),
          timeoutMs: request.timeoutMs,
          maxBytes: maxAnswerBytes,
          truncate: true,
          signal: request.signal,
        });
        const { status, truncated, milliseconds } = answer;
        const { body, garbled } = decode(answer.body);
        const clean = (text: string) =>
          request.token === undefined ? text : scrubToken(text, request.token);
        const scrubbed = Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]),
        );
        return { answer: { status, headers: scrubbed, body: clean(body), garbled, truncated, milliseconds } };
      } catch (error) {
        if (!(error instanceof ReleaseError) || error.code === 'cancelled' || request.signal?.aborted)
          throw error;
        if (isOwnProxy(error)) throw error;
        const cause: NoAnswer['cause'] = error instanceof TransportError ? error.kind : 'other';
        return { none: { cause, what: error.what, milliseconds: performance.now() - started } };
      }
    },
  };
}
