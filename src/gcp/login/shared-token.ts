import type { Clock } from '../../steps/ports/clock.ts';
import type { TimedToken } from '../../steps/ports/tokens.ts';

/** Whoever asks gets a token that lives at least this long. */
const marginMs = 60_000;

/**
 * Keeps one token: made at the first use, made anew once less than a minute is left. Callers at the same time wait for
 * one exchange; a caller that aborts leaves it to the others. A failure is not kept.
 */
export function shared(
  clock: Clock,
  processSignal: AbortSignal | undefined,
  make: () => Promise<TimedToken>,
): (signal?: AbortSignal) => Promise<TimedToken> {
  let current: TimedToken | undefined;
  let pending: Promise<TimedToken> | undefined;
  return (signal) => {
    if (current && current.expiresAt - clock.now() >= marginMs) return Promise.resolve(current);
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
