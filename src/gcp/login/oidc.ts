import { ReleaseError } from '../../domain/errors/errors.ts';
import type { TokenEndpoint } from '../../domain/login/request.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import { send, TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';

export interface OidcOptions {
  endpoint: TokenEndpoint;
  audience: string;
  endpoints: Endpoints;
  clock: Clock;
  log: Log;
  userAgent: string;
  signal?: AbortSignal | undefined;
  random: () => number;
}

/** An error that GitHub's token service answered with. */
export class OidcError extends ReleaseError {
  readonly status: number;

  constructor(status: number, what: string) {
    super('login-oidc-refused', { what });
    this.status = status;
  }
}

const deadlineMs = 30_000;
const attemptMs = 10_000;

/**
 * Gets a token for this job from GitHub. Transient failures are tried again for up to 30 s, because the service is known
 * to answer 5xx and to hang under load. `date` is the Date header of the answer, which shows a wrong clock of the runner.
 */
export async function fetchOidcToken(
  options: OidcOptions,
): Promise<{ token: string; date: string | undefined }> {
  const { endpoint, clock, log } = options;
  const url = new URL(endpoint.url);
  if (!url.searchParams.has('audience')) url.searchParams.set('audience', options.audience);
  options.endpoints.assertSendable(url.href);
  const deadline = clock.steady() + deadlineMs;
  for (let tries = 1; ; tries++) {
    let failure: ReleaseError;
    try {
      const answer = await send({
        method: 'GET',
        url: url.href,
        headers: { accept: 'application/json', 'user-agent': options.userAgent, ...endpoint.headers },
        timeoutMs: Math.max(1, Math.min(attemptMs, deadline - clock.steady())),
        maxBytes: 256 * 1024,
        signal: options.signal,
      });
      log.debug(`GET oidc ${answer.status} ${Math.round(answer.milliseconds)} ms`);
      const token = answer.status === 200 ? tokenIn(answer.body, endpoint.field) : undefined;
      if (token) return { token, date: answer.headers.date };
      failure = new OidcError(
        answer.status,
        answer.status === 200
          ? "GitHub's token service answered without a token."
          : `GitHub's token service answered ${answer.status}.`,
      );
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 200) throw failure;
    } catch (error) {
      if (!(error instanceof TransportError) || error.permanent) throw error;
      log.debug(`GET oidc ${error.kind}`);
      failure = error;
    }
    const wait = Math.min(4000, 200 * 2 ** (tries - 1)) * (0.5 + options.random() / 2);
    if (clock.steady() + wait >= deadline) throw failure;
    await clock.sleep(wait, options.signal);
  }
}

function tokenIn(body: Buffer, field: string): string | undefined {
  try {
    const value = (JSON.parse(body.toString('utf8')) as Record<string, unknown>)[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
