import type { Clock } from '../../steps/ports/clock.ts';
import type { TimedToken } from '../../steps/ports/tokens.ts';

/** Gives the token. `drop` forgets it, so that the next use makes another one. */
export type SharedToken = ((signal?: AbortSignal) => Promise<TimedToken>) & { drop(): void };

/** A token with less time left is replaced. */
const marginMs = 60_000;

/**
 * Keeps one token. It is made at the first use and again when less than a minute is left. Concurrent callers wait for the
 * same exchange, and a caller that aborts does not stop it for the others. A failure is not kept.
 */
export function shared(
  clock: Clock,
  processSignal: AbortSignal | undefined,
  make: () => Promise<TimedToken>,
): SharedToken {
  let current: TimedToken | undefined;
  let pending: Promise<TimedToken> | undefined;
  const token = (signal?: AbortSignal): Promise<TimedToken> => {
    if (current && current.expiresAt - clock.steady() >= marginMs) return Promise.resolve(current);
    pending ??= make().then(
      (token) => {
        current = token;
        pending = undefined;
        return token;
      },
      (error: unknown) => {
        pending = undefined;
        throw error;
      },
    );
    return signal && signal !== processSignal ? untilAborted(pending, signal) : pending;
  };
  return Object.assign(token, {
    drop: () => {
      current = undefined;
    },
  });
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
