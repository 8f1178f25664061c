import type { TokenHeader } from '../../domain/invocation/door.ts';
import type { BodyPart } from '../../domain/smoke/body.ts';
import type { Attempt } from '../../domain/smoke/retry.ts';

/** One request of the smoke test to the function under test. */
export interface SmokeHttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Either parts around the bytes of an image, which come in pieces, or so many zero bytes. Every call builds a new body. */
  body: { parts: readonly BodyPart[]; image: readonly Uint8Array[] } | { zeros: number } | undefined;
  /** The token that is sent as a bearer. */
  token: string | undefined;
  /** The header that the token goes in. Default: `authorization`. */
  tokenHeader?: TokenHeader | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface SmokeHttp {
  /** Sends the request once. A failure on the way is a value; only a cancelled run or a refused endpoint throws. */
  send(request: SmokeHttpRequest): Promise<Attempt>;
}
