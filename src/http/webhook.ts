import { createHmac } from 'node:crypto';
import { retryAfterMs } from '../domain/data/retry-after.ts';
import type { Hook } from '../domain/notify/hook.ts';
import { signatureHeaders } from '../domain/product.ts';
import type { Webhooks } from '../steps/notify/ports.ts';
import type { Clock } from '../steps/ports/clock.ts';
import { send } from './send.ts';
import { TransportError } from './transport-error.ts';

/** The headers that prove to a program of the user's who sent a message, and when. */
export function signature(secret: string, timestamp: number, body: string): Record<string, string> {
  const signed = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { [signatureHeaders.time]: String(timestamp), [signatureHeaders.signature]: `v1=${signed}` };
}

/** Sends through the same stack as every other call, so that the proxy and the certificates of the runner count. */
export function createWebhooks(clock: Pick<Clock, 'now'>, userAgent: string): Webhooks {
  return {
    async post({ url, secret }: Hook, body, timeoutMs) {
      const timestamp = Math.floor(clock.now() / 1000);
      try {
        const { status, headers } = await send({
          method: 'POST',
          url,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'user-agent': userAgent,
            ...(secret === undefined ? {} : signature(secret, timestamp, body)),
          },
          body,
          timeoutMs: Math.max(1, timeoutMs),
          maxBytes: 16 * 1024,
          truncate: true,
        });
        return { status, retryAfterMs: retryAfterMs(headers, clock.now()) };
      } catch (error) {
        // The message of the error holds the path of the URL, which is a secret.
        return { status: undefined, why: whyOf(error) };
      }
    },
  };
}

function whyOf(error: unknown): string {
  if (!(error instanceof TransportError)) return 'which could not be asked (proxy or address)';
  return error.kind === 'timeout'
    ? 'which gave no answer in time'
    : `which cannot be reached (${error.kind})`;
}
