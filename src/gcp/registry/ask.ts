import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import { type HttpResponse, send, TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { type Limit, limitOf } from './limit.ts';

export interface RegistryOptions {
  endpoints: Endpoints;
  clock: Clock;
  userAgent: string;
  /** The token of this run. Only Google's registries get it. */
  accessToken: (signal?: AbortSignal) => Promise<string>;
  /** How a request is sent, for tests. */
  send?: typeof send;
}

const tries = 4;
const attemptMs = 10_000;
/** The OCI distribution specification asks registries to take manifests of at least 4 MiB. */
const maxBytes = 4 * 1024 * 1024;

/** One GET, repeated if the registry or the network fails for a moment. Answers of 4xx are values. */
export async function ask(
  { clock, userAgent, endpoints, send: sender = send }: RegistryOptions,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  endpoints.assertSendable(url);
  for (let nth = 1; ; nth++) {
    let wait = 300 * 2 ** (nth - 1) * (0.5 + Math.random() / 2);
    try {
      const answer = await sender({
        method: 'GET',
        url,
        headers: { 'user-agent': userAgent, ...headers },
        timeoutMs: attemptMs,
        maxBytes,
        signal,
      });
      if (answer.status < 500 && answer.status !== 429) return answer;
      const limit = answer.status === 429 ? limitOf(answer, wait) : undefined;
      if (nth >= tries || (limit && limit.waitMs === undefined)) throw refused(url, answer.status, limit);
      wait = limit?.waitMs ?? wait;
    } catch (error) {
      if (!(error instanceof TransportError) || error.permanent || nth >= tries) throw error;
    }
    await clock.sleep(wait, signal);
  }
}

function refused(url: string, status: number, limit: Limit | undefined): ReleaseError {
  const answered = `The registry ${new URL(url).host} answered ${status}`;
  if (limit === undefined)
    return new ReleaseError('remote-error', { what: `${answered}.`, fix: 'Run the job again.' });
  return new ReleaseError('remote-error', {
    what: `${answered}: too many requests${limit.text}.`,
    fix: 'Run the job again later. Docker Hub limits who reads without an account: name a remote repository of Artifact Registry in image instead.',
  });
}
