import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import type { ProbeAnswer, Prober } from '../steps/ports/prober.ts';
import type { Endpoints } from './endpoints.ts';
import { isOwnProxy } from './proxy-error.ts';
import { send } from './send.ts';

const maxBytes = 64 * 1024;

/** Hosts that are never a function's: numeric addresses, and the metadata server. */
const neverAFunction =
  /^(\d+\.\d+\.\d+\.\d+|\[.*\]|localhost|.*\.localhost|metadata|metadata\.google\.internal)$/i;

/**
 * Sends one request to a URL of the function. It follows no redirect and reads at most 64 KiB of the body. Throws
 * `endpoint-refused` for a URL that may not be called. A request without an answer returns status 0 and the error.
 */
export function createProber(endpoints: Endpoints, userAgent: string): Prober {
  return {
    async probe(url, options): Promise<ProbeAnswer> {
      const target = endpoints.assertSendable(url);
      if (!endpoints.loopback && neverAFunction.test(target.hostname))
        throw new ReleaseError('endpoint-refused', {
          what: `A request to ${target.origin} was refused.`,
          why: 'It is not the address of a function.',
        });
      const headers: Record<string, string> = { 'user-agent': userAgent, ...options.headers };
      if (options.token) headers.authorization = `Bearer ${options.token}`;
      const started = performance.now();
      try {
        const answer = await send({
          method: options.method,
          url: target.href,
          headers,
          ...(options.body ? { body: options.body } : {}),
          timeoutMs: options.timeoutMs,
          maxBytes,
          truncate: true,
          signal: options.signal,
        });
        const { status, milliseconds } = answer;
        return { status, headers: answer.headers, body: answer.body.toString('utf8'), milliseconds };
      } catch (error) {
        if (options.signal?.aborted || isOwnProxy(error)) throw error;
        return {
          status: 0,
          headers: {},
          body: '',
          milliseconds: performance.now() - started,
          error: messageOf(error),
        };
      }
    },
  };
}
