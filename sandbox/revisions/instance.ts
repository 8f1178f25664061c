import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** Cloud Run's limit for HTTP/1 requests (https://cloud.google.com/run/quotas). */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The headers that the container sees. */
  headers: IncomingHttpHeaders;
  timeoutMs: number;
  /** The region of the service. */
  location: string;
}

/** How an exchange ended. After `answered` the instance has written a response. Otherwise the front end writes one. */
export type Outcome = 'answered' | 'exhausted' | 'broken' | 'timeout' | 'too-large' | 'aborted';

export interface Served {
  outcome: Outcome;
  status: number;
  requestBytes: number;
  responseBytes: number;
}

/** Serves the requests of one revision. */
export interface Instance {
  /** Resolves once the instance listens. Rejects with StartError. Does nothing if the instance already runs. */
  start(signal: AbortSignal): Promise<void>;
  serve(exchange: Exchange): Promise<Served>;
  /** Stops the instance. A later request starts it again. */
  stop(): Promise<void>;
  /** Stops the instance for good: `start` rejects from now on. A request that is still under way can start nothing more. */
  retire(): Promise<void>;
  /** True while the instance holds memory. */
  readonly running: boolean;
}

/** The container did not start. The message ends with its last lines of output. */
export class StartError extends Error {
  /** google.rpc.Code of the operation's error: INTERNAL, or INVALID_ARGUMENT for settings that Cloud Run refuses. */
  readonly code: 3 | 13;

  constructor(message: string, code: 3 | 13 = 13) {
    super(message);
    this.code = code;
  }
}

/** Reads the whole body. Returns undefined if it is larger than Cloud Run's limit. */
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
