import { send } from './send.ts';

interface FetchInit {
  method?: string;
  headers?: Record<string, string> | Headers;
  body?: string | null;
  signal?: AbortSignal | null;
}

/** Statuses whose answer must not have a body (Fetch standard, "null body status"). */
const withoutBody = new Set([204, 205, 304]);

/** A `fetch` for client libraries that bring none of our rules: it sends through `send`, follows no redirect and has a deadline. */
export const createFetch =
  (limits: { timeoutMs: number; maxBytes: number }) =>
  async (address: string | URL, init: FetchInit = {}): Promise<Response> => {
    const answer = await send({
      method: init.method ?? 'GET',
      url: String(address),
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body ? { body: init.body } : {}),
      ...limits,
      ...(init.signal ? { signal: init.signal } : {}),
    });
    const { status, body } = answer;
    const headers = new Headers();
    // The body is decompressed already.
    for (const [name, value] of Object.entries(answer.headers))
      if (name !== 'content-encoding' && name !== 'content-length') headers.set(name, value);
    return new Response(withoutBody.has(status) ? null : new Uint8Array(body), { status, headers });
  };
