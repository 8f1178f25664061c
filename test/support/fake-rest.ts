import { endpoints } from '../../src/http/endpoints.ts';
import { RemoteError } from '../../src/http/remote-error.ts';
import type { Rest, RestCall } from '../../src/http/rest.ts';

export type Reply = { status?: number; body?: unknown; error?: Error };

/** A REST client that answers with the result of a function. It lets tests give answers that a real server hardly ever gives. */
export function fakeRest(answer: (call: RestCall) => Reply): { rest: Rest; calls: RestCall[] } {
  const calls: RestCall[] = [];
  const rest: Rest = {
    endpoints: endpoints({}),
    async call<T>(call: RestCall) {
      calls.push(call);
      const { status = 200, body = {}, error } = answer(call);
      if (error) throw error;
      if (status >= 400)
        throw new RemoteError(
          call.api,
          `${call.method} ${call.path}`,
          { status, headers: {}, body: Buffer.from(JSON.stringify(body)), milliseconds: 1, truncated: false },
          (text) => text,
        );
      return { status, headers: {}, body: body as T };
    },
  };
  return { rest, calls };
}
