import type { Rest, RestCall } from '../../http/rest.ts';

export interface RememberingRest {
  rest: Rest;
  /** How many calls were sent. */
  sent(): number;
}

/**
 * A client that asks each question once. The guard and the rows read the same service, and one look at everything should see
 * one state of it.
 */
export function rememberingRest(inner: Rest): RememberingRest {
  const answers = new Map<string, Promise<unknown>>();
  let sent = 0;
  const rest: Rest = {
    ...inner,
    call: <T>(call: RestCall) => {
      const key =
        call.method === 'GET' ? `${call.api} ${call.path} ${JSON.stringify(call.query ?? {})}` : undefined;
      const known = key === undefined ? undefined : answers.get(key);
      // The caller gives the type of the answer, and the same question has the same one.
      if (known) return known as ReturnType<typeof inner.call<T>>;
      sent++;
      const answer = inner.call<T>(call);
      if (key !== undefined) answers.set(key, answer);
      return answer;
    },
  };
  return { rest, sent: () => sent };
}
