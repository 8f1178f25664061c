import * as http from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ReleaseError } from '../domain/errors/errors.ts';
import { extraCerts, loadHttps, proxyHint, type Route, routeTo } from './agents.ts';
import { credentialIn, mayCarryCredential } from './credential.ts';
import { proxyRefused, proxyUnreachable } from './proxy-error.ts';
import { TransportError, transportError } from './transport-error.ts';
import { proxyAddress, proxyHeaders } from './tunnel.ts';

export { closeConnections } from './agents.ts';
export { TransportError } from './transport-error.ts';

export interface HttpRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  /** Bytes to send, or a function that makes a fresh stream of `contentLength` bytes. */
  body?: string | Uint8Array | (() => Readable);
  contentLength?: number;
  /** Milliseconds for this attempt, from the connection to the last byte. */
  timeoutMs: number;
  /** Maximum size of the answer in bytes, after decompression. */
  maxBytes?: number;
  /** If the answer is larger than `maxBytes`, return its beginning instead of failing. */
  truncate?: boolean;
  signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  milliseconds: number;
  truncated: boolean;
}

function fold(headers: http.IncomingHttpHeaders): Record<string, string> {
  const folded: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(headers)) if (value !== undefined) folded[key] = String(value);
  return folded;
}

/** The options of Node's client. A plain http target behind a proxy is asked for by its whole URL (RFC 9112 section 3.2.2). */
function optionsFor(url: URL, request: HttpRequest, headers: Record<string, string>, route: Route) {
  const options = { method: request.method, headers, agent: route.agent, maxHeaderSize: 32 * 1024 };
  if (!route.forward) return options;
  return {
    ...options,
    ...proxyAddress(route.forward),
    hostname: proxyAddress(route.forward).host,
    protocol: route.forward.tls ? 'https:' : 'http:',
    path: `${url.origin}${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, ...proxyHeaders(route.forward) },
  };
}

/**
 * Sends a request once. Does not follow redirects. Headers are limited to 32 KiB, the body to `maxBytes` (default 16
 * MiB) after decompression. Rejects with `TransportError`, with `response-too-large`, with `proxy-invalid`, with
 * `endpoint-refused` if a credential would travel in plain text, or with the reason of the signal. Never throws at once.
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.url);
  const shown = `${request.method} ${url.origin}${url.pathname}`;
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  const headers: Record<string, string> = { 'accept-encoding': 'gzip', ...request.headers };
  if (typeof bytes === 'function') {
    if (request.contentLength !== undefined) headers['content-length'] = String(request.contentLength);
  } else if (bytes) headers['content-length'] = String(bytes.byteLength);
  else if (request.method !== 'GET' && request.method !== 'HEAD') headers['content-length'] = '0';
  const credential = credentialIn(url, headers);
  if (credential && !mayCarryCredential(url))
    throw new ReleaseError('endpoint-refused', {
      what: `${credential} was not sent to ${url.origin}, because that URL is not https.`,
    });
  const route = routeTo(url);
  const over = (route.forward ? route.forward.tls : url.protocol === 'https:') ? loadHttps() : http;
  let outgoing: http.ClientRequest;
  try {
    outgoing = over.request(url, optionsFor(url, request, headers, route));
  } catch (cause) {
    // Node's message names the header and the kind of mistake, but neither value nor URL.
    throw new ReleaseError('request-invalid', { what: `${shown} cannot be sent (${codeOf(cause)}).` });
  }
  return exchange(outgoing, { request, url, shown, bytes, route });
}

/** Node's code for a mistake in a request, such as `ERR_INVALID_CHAR`. */
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'it is not valid HTTP';

interface Exchange {
  request: HttpRequest;
  url: URL;
  shown: string;
  bytes: Uint8Array | (() => Readable) | undefined;
  route: Route;
}

/** Sends the body and reads the answer. */
function exchange(
  outgoing: http.ClientRequest,
  { request, url, shown, bytes, route }: Exchange,
): Promise<HttpResponse> {
  const started = performance.now();
  const maxBytes = request.maxBytes ?? 16 * 1024 * 1024;
  return new Promise((resolve, reject) => {
    let connected = false;
    let over = false;
    const timer = setTimeout(
      () =>
        fail(
          new TransportError(
            'timeout',
            connected,
            `${shown} got no answer (no complete answer within ${Math.round(request.timeoutMs)} ms).`,
            undefined,
          ),
        ),
      request.timeoutMs,
    );
    const finish = (settle: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (error: unknown) =>
      finish(() => {
        outgoing.destroy();
        reject(error);
      });
    const onAbort = () =>
      fail(request.signal?.reason ?? new ReleaseError('cancelled', { what: 'The request was cancelled.' }));

    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      // Only a proxy asks for a login to a proxy, so the target never saw the request.
      if (status === 407 && route.proxy) return fail(proxyRefused(route.proxy, url.host, status));
      const stream = answer.headers['content-encoding'] === 'gzip' ? answer.pipe(createGunzip()) : answer;
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (truncated: boolean) =>
        finish(() => {
          if (truncated) outgoing.destroy();
          resolve({
            status,
            headers: fold(answer.headers),
            body: Buffer.concat(chunks),
            milliseconds: performance.now() - started,
            truncated,
          });
        });
      stream.on('data', (chunk: Buffer) => {
        const room = maxBytes - size;
        size += chunk.length;
        chunks.push(chunk.length > room ? chunk.subarray(0, Math.max(0, room)) : chunk);
        if (size <= maxBytes) return;
        if (request.truncate) return done(true);
        fail(
          new ReleaseError('response-too-large', {
            what: `${shown} answered with more than ${maxBytes} bytes.`,
          }),
        );
      });
      stream.on('end', () => done(false));
      const broken = (error: Error) => {
        const kind = (error as NodeJS.ErrnoException).code?.startsWith('Z_') ? 'other' : 'reset';
        fail(new TransportError(kind, connected, `${shown} got no answer (${error.message}).`, error));
      };
      answer.on('error', broken);
      answer.on('aborted', () => broken(new Error('the connection was closed in the middle of the answer')));
      if (stream !== answer) stream.on('error', broken);
    });
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once('connect', () => (connected = true));
    });
    outgoing.on('error', (error: Error) => {
      if (error instanceof TransportError) return fail(error);
      if (route.forward && !connected)
        return fail(proxyUnreachable(route.forward, url.host, error, extraCerts()));
      fail(transportError(shown, error, connected, extraCerts(), proxyHint(url)));
    });
    if (request.signal?.aborted) return onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (typeof bytes === 'function') {
      const source = bytes();
      source.on('error', (error) => fail(transportError(shown, error, connected, extraCerts())));
      source.pipe(outgoing);
    } else outgoing.end(bytes);
  });
}
