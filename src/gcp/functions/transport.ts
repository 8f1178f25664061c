import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest, RestCall } from '../../http/rest.ts';

/** What google-gax asks of an "auth client": it hands over every request with its body, and expects a fetch answer. */
export interface GaxTransport {
  universeDomain: string;
  getRequestHeaders(): Promise<Headers>;
  fetch(url: string, init: GaxRequest): Promise<Response>;
}

interface GaxRequest {
  method: string;
  headers: Headers;
  body?: string | Buffer;
  signal?: AbortSignal;
}

/**
 * Sends the requests of the client library through `rest`, once each: the caller repeats them. `aborted` gives the signal
 * of the call that a request belongs to. An error of the server is thrown as `rest` made it, and google-gax keeps it as the
 * cause of its own.
 */
export function createTransport(
  rest: Rest,
  attemptMs: number,
  aborted: () => AbortSignal | undefined,
): GaxTransport {
  return {
    universeDomain: rest.endpoints.universe,
    // Marks this object as an auth client. `rest` adds the login itself.
    getRequestHeaders: async () => new Headers(),
    fetch: async (address, init) => {
      const url = new URL(address);
      const text = init.body === undefined ? '' : init.body.toString();
      const sent = new Headers(init.headers);
      const headers: Record<string, string> = {};
      for (const name of ['x-goog-api-client', 'x-goog-request-params']) {
        const value = sent.get(name);
        if (value !== null) headers[name] = value;
      }
      const answer = await rest.call({
        api: 'cloudfunctions',
        method: methodOf(init.method),
        path: url.pathname.replace(/^\//, ''),
        query: Object.fromEntries(url.searchParams),
        headers,
        ...(text === '' ? {} : { body: JSON.parse(text) as unknown }),
        retry: 'never',
        attemptMs,
        signal: AbortSignal.any([init.signal, aborted()].filter((signal) => signal !== undefined)),
      });
      return new Response(JSON.stringify(answer.body), { status: 200 });
    },
  };
}

function methodOf(method: string): RestCall['method'] {
  if (method === 'POST' || method === 'PATCH' || method === 'PUT' || method === 'DELETE' || method === 'GET')
    return method;
  throw new ReleaseError('request-invalid', { what: `The client library asked for the method ${method}.` });
}
