import * as http from 'node:http';
import type * as https from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ReleaseError } from '../domain/errors/errors.ts';

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

/** Why no answer arrived. `sent` tells whether the server can have seen the request. */
export class TransportError extends ReleaseError {
  readonly kind: 'timeout' | 'reset' | 'dns' | 'refused' | 'tls' | 'other';
  readonly sent: boolean;

  constructor(kind: TransportError['kind'], sent: boolean, what: string, cause: unknown) {
    super(kind === 'timeout' ? 'deadline-exceeded' : 'network-failed', { what, cause });
    this.kind = kind;
    this.sent = sent;
  }
}

const kinds: Record<string, TransportError['kind']> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
};

/** Loading TLS takes half as long as starting Node, so plain http on loopback does without it. */
const loadHttps = () => process.getBuiltinModule('node:https');

const agents: { http?: http.Agent; https?: https.Agent } = {};
/** An agent that keeps connections open and uses the runner's proxy (HTTPS_PROXY, NO_PROXY). */
function agentFor(protocol: string): http.Agent {
  const options = { keepAlive: true, proxyEnv: process.env } as https.AgentOptions;
  if (protocol === 'https:') {
    agents.https ??= new (loadHttps().Agent)(options);
    return agents.https;
  }
  agents.http ??= new http.Agent(options);
  return agents.http;
}

/** Closes idle connections, so that the process can end at once. */
export function closeConnections(): void {
  agents.http?.destroy();
  agents.https?.destroy();
  delete agents.http;
  delete agents.https;
}

function fold(headers: http.IncomingHttpHeaders): Record<string, string> {
  const folded: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(headers)) if (value !== undefined) folded[key] = String(value);
  return folded;
}

/**
 * Sends a request once. Does not follow redirects. Headers are limited to 32 KiB, the body to `maxBytes` (default 16
 * MiB) after decompression. Rejects with `TransportError`, with `response-too-large`, or with the reason of the
 * signal.
 */
export function send(request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.url);
  const started = performance.now();
  const maxBytes = request.maxBytes ?? 16 * 1024 * 1024;
  const shown = `${request.method} ${url.origin}${url.pathname}`;
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  const headers: Record<string, string> = { 'accept-encoding': 'gzip', ...request.headers };
  if (typeof bytes === 'function') {
    if (request.contentLength !== undefined) headers['content-length'] = String(request.contentLength);
  } else if (bytes) headers['content-length'] = String(bytes.byteLength);
  else if (request.method !== 'GET' && request.method !== 'HEAD') headers['content-length'] = '0';

  return new Promise((resolve, reject) => {
    let connected = false;
    let over = false;
    const timer = setTimeout(
      () => fail('timeout', new Error(`no complete answer within ${Math.round(request.timeoutMs)} ms`)),
      request.timeoutMs,
    );
    const finish = (settle: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (kind: TransportError['kind'], cause: Error) =>
      finish(() => {
        outgoing.destroy();
        reject(new TransportError(kind, connected, `${shown} got no answer (${cause.message}).`, cause));
      });
    const onAbort = () =>
      finish(() => {
        outgoing.destroy();
        reject(
          request.signal?.reason ?? new ReleaseError('cancelled', { what: 'The request was cancelled.' }),
        );
      });

    const outgoing = (url.protocol === 'https:' ? loadHttps() : http).request(
      url,
      { method: request.method, headers, agent: agentFor(url.protocol), maxHeaderSize: 32 * 1024 },
      (answer) => {
        const stream = answer.headers['content-encoding'] === 'gzip' ? answer.pipe(createGunzip()) : answer;
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (truncated: boolean) =>
          finish(() => {
            if (truncated) outgoing.destroy();
            resolve({
              status: answer.statusCode ?? 0,
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
          finish(() => {
            outgoing.destroy();
            reject(
              new ReleaseError('response-too-large', {
                what: `${shown} answered with more than ${maxBytes} bytes.`,
              }),
            );
          });
        });
        stream.on('end', () => done(false));
        const broken = (error: Error) =>
          fail((error as NodeJS.ErrnoException).code?.startsWith('Z_') ? 'other' : 'reset', error);
        answer.on('error', broken);
        answer.on('aborted', () =>
          broken(new Error('the connection was closed in the middle of the answer')),
        );
        if (stream !== answer) stream.on('error', broken);
      },
    );
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once('connect', () => (connected = true));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      fail(kinds[code] ?? (/^(ERR_TLS|CERT|DEPTH_|UNABLE_|SELF_SIGNED)/.test(code) ? 'tls' : 'other'), error);
    });
    if (request.signal?.aborted) return onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (typeof bytes === 'function') {
      const source = bytes();
      source.on('error', (error) => fail('other', error));
      source.pipe(outgoing);
    } else outgoing.end(bytes);
  });
}
