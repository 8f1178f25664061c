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
  /** What is known of GitHub's token at the time of the failure. */
  seen: () => { claims: Claims | undefined; clockAheadSeconds: number | undefined };
}

/** Makes one call of a login and repeats it if the cause of the failure may pass. Throws the failure with its cause. */
export async function attemptLogin<T>(
  options: AttemptOptions,
  stage: Stage,
  account: string | undefined,
  call: () => Promise<T>,
): Promise<T> {
  const { request, clock, log, random, signal } = options;
  const started = clock.steady();
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (signal?.aborted) throw error;
      // The tables that explain a failure are loaded only after a failure.
      const { explainFailure, logFailure, retryWait } = await import('./explain-login.ts');
      const explained = explainFailure(error, { request, stage, account, ...options.seen() });
      if (!explained) throw error;
      const wait = retryWait(explained, { tries, elapsedMs: clock.steady() - started, request, random, log });
      if (wait === undefined) {
        if (request.source !== 'local') logFailure(explained, log);
        throw explained;
      }
      await clock.sleep(wait, signal);
    }
  }
}
