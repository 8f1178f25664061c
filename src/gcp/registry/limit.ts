import { retryAfterMs } from '../../domain/data/retry-after.ts';
import { spanText } from '../../domain/text/span.ts';
import type { HttpResponse } from '../../http/send.ts';

/** How long a registry that answered 429 wants to be left alone. A deploy does not wait longer than `mostMs`. */
export const mostMs = 20_000;

/** `100;w=21600`: how many requests in a window of how many seconds (docs.docker.com/docker-hub/usage/pulls). */
const quota = /^(\d+)(?:;w=(\d+))?$/;

export interface Limit {
  /** Milliseconds until the next try. Undefined: no try within `mostMs` can succeed. */
  waitMs: number | undefined;
  /** What is used up, as the rest of a sentence. Empty if the registry does not say. */
  text: string;
}

/** Reads what a 429 says of its limit. @param usualMs how long to wait if it does not say */
export function limitOf({ headers }: Pick<HttpResponse, 'headers'>, usualMs: number): Limit {
  const [, many, window] = quota.exec(headers['ratelimit-limit'] ?? '') ?? [];
  const [, left, again] = quota.exec(headers['ratelimit-remaining'] ?? '') ?? [];
  const askedMs = retryAfterMs(headers);
  const text = many && window ? ` (${many} in ${spanText(Number(window))})` : '';
  if (askedMs !== undefined)
    return { waitMs: askedMs > mostMs ? undefined : Math.max(usualMs, askedMs), text };
  const isSpent = left === '0' && Number(again ?? window) * 1000 > mostMs;
  return { waitMs: isSpent ? undefined : usualMs, text };
}
