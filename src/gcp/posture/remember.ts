import type { Rest, RestCall } from '../../http/rest.ts';
import { UnexpectedShape } from '../exposure/shape.ts';

/** No look makes more calls than these, however many roles, secrets, backends and buckets there are. */
export const mostCalls = 40;
/** Of them, what the guard may use. Its rows are one part of the table, and bindings with many roles could take all of it. */
const mostOfGuard = 27;

export interface RememberingRest {
  /** For the rows. */
  rest: Rest;
  /** For what the guard reads. */
  guard: Rest;
  /** Counts a call that is sent without these clients. Throws if there is none left. */
  spend(): void;
  /** How many calls were sent. */
  sent(): number;
}

/**
 * Clients that ask each question once, and together no more than a fixed number. The guard and the rows read the same service, and one look
 * at everything should see one state of it. What is left out is a read that failed, and its row says so.
 */
export function rememberingRest(inner: Rest): RememberingRest {
  const answers = new Map<string, Promise<unknown>>();
  let sent = 0;
  const spend = (most: number): void => {
    if (sent >= most)
      throw new UnexpectedShape(`a look makes at most ${mostCalls} calls, and this one was left out`);
    sent += 1;
  };
  const upTo = (most: number): Rest => ({
    ...inner,
    call: async <T>(call: RestCall) => {
      const key =
        call.method === 'GET' ? `${call.api} ${call.path} ${JSON.stringify(call.query ?? {})}` : undefined;
      const known = key === undefined ? undefined : answers.get(key);
      // The caller gives the type of the answer, and the same question has the same one.
      if (known) return known as ReturnType<typeof inner.call<T>>;
      spend(most);
      const answer = inner.call<T>(call);
      if (key !== undefined) answers.set(key, answer);
      return answer;
    },
  });
  return { rest: upTo(mostCalls), guard: upTo(mostOfGuard), spend: () => spend(mostCalls), sent: () => sent };
}
