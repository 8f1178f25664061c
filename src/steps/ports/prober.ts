/** Sends one request to a URL of the function, with or without a token. A redirect is an answer and is not followed. */
export interface Prober {
  /** Throws only if the run was cancelled or the URL may not be called. A failed request is an answer with status 0. */
  probe(
    url: string,
    options: {
      method: string;
      token?: string;
      body?: Uint8Array;
      headers?: Record<string, string>;
      timeoutMs: number;
      signal?: AbortSignal;
    },
  ): Promise<ProbeAnswer>;
}

export interface ProbeAnswer {
  /** The HTTP status. It is 0 if no answer arrived; `error` then says why. */
  status: number;
  headers: Record<string, string>;
  /** At most 64 KiB of the body. */
  body: string;
  milliseconds: number;
  error?: string | undefined;
}
