import type { Claims } from '../../domain/login/claims.ts';
import type { Stage } from '../../domain/login/failure/login-error.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';

export interface AttemptOptions {
  request: LoginRequest;
  clock: Clock;
  log: Log;
  signal?: AbortSignal | undefined;
  random: () => number;
  /** Of the token that was sent, as far as there is one by now. */
  seen: () => { claims: Claims | undefined; clockAheadSeconds: number | undefined };
}

/** Runs one call of a login; a failure comes back explained, after the retries that its cause deserves. */
export async function attemptLogin<T>(
  options: AttemptOptions,
  stage: Stage,
  account: string | undefined,
  call: () => Promise<T>,
): Promise<T> {
  const { request, clock, log, random, signal } = options;
  const started = clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (signal?.aborted) throw error;
      // Only a failure needs the tables that explain it.
      const { explainFailure, printFailure, retryWait } = await import('./explain-login.ts');
      const explained = explainFailure(error, { request, stage, account, ...options.seen() });
      if (!explained) throw error;
      const wait = retryWait(explained, { tries, elapsedMs: clock.now() - started, request, random, log });
      if (wait === undefined) {
        printFailure(explained, log);
        throw explained;
      }
      await clock.sleep(wait, signal);
    }
  }
}
