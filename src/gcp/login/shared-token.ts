import type { Clock } from '../../steps/ports/clock.ts';
import type { TimedToken } from '../../steps/ports/tokens.ts';

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
): (signal?: AbortSignal) => Promise<TimedToken> {
  let current: TimedToken | undefined;
  let pending: Promise<TimedToken> | undefined;
  return (signal) => {
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
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
