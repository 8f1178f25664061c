import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** Cloud Run's limit for HTTP/1 requests (https://cloud.google.com/run/quotas). */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Headers as the container sees them. */
  headers: IncomingHttpHeaders;
  timeoutMs: number;
}

/** How an exchange ended. Only `answered` has written a response; the front end words all the others. */
export type Outcome = 'answered' | 'exhausted' | 'broken' | 'timeout' | 'too-large' | 'aborted';

export interface Served {
  outcome: Outcome;
  status: number;
  requestBytes: number;
  responseBytes: number;
}

/** What serves the requests of one revision. */
export interface Instance {
  /** Resolves once the port accepts; rejects with StartError. Called again it does nothing. */
  start(signal: AbortSignal): Promise<void>;
  serve(exchange: Exchange): Promise<Served>;
  /** Ends it; a later request starts it again. */
  stop(): Promise<void>;
  /** True while memory is held. */
  readonly running: boolean;
}

/** The container did not come up; the message says what it printed last. */
export class StartError extends Error {
  /** google.rpc.Code of the operation's error: INTERNAL, or INVALID_ARGUMENT for settings that Cloud Run refuses. */
  readonly code: 3 | 13;

  constructor(message: string, code: 3 | 13 = 13) {
    super(message);
    this.code = code;
  }
}

/** Reads the whole body up to Cloud Run's limit; undefined where it is larger. */
export async function readUpload(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
