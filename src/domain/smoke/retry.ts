import { retryAfterMs } from '../data/retry-after.ts';
import type { Answer } from './answer-text.ts';

/** Why a request got no answer. */
export interface NoAnswer {
  cause: 'timeout' | 'reset' | 'dns' | 'refused' | 'tls' | 'proxy' | 'other';
  /** The reason in one sentence. */
  what: string;
  milliseconds: number;
}

/** One request: its answer, or the reason why none came. */
export type Attempt = { answer: Answer; none?: undefined } | { answer?: undefined; none: NoAnswer };

/**
 * Whether an attempt says nothing about the function and may be repeated. Cloud Run sends 429 and 503 if no instance is
 * free; a reset comes from the network or from an instance that stopped; a timeout of the very first request comes from
 * a cold start. A wrong text, any other status and any later timeout are the function's own doing and are never repeated.
 */
export function mayRepeat(attempt: Attempt, cold: boolean): boolean {
  if (attempt.answer) return attempt.answer.status === 429 || attempt.answer.status === 503;
  return (
    attempt.none.cause === 'reset' ||
    attempt.none.cause === 'refused' ||
    attempt.none.cause === 'proxy' ||
    (attempt.none.cause === 'timeout' && cold)
  );
}

/** Milliseconds to wait before attempt number `next` (from 2). Follows Retry-After up to 20 s. `random` is from 0 to 1. */
export function waitBefore(next: number, attempt: Attempt, random: number): number {
  const backoff = Math.min(8000, 500 * 2 ** (next - 2)) * (0.5 + random / 2);
  const askedMs = retryAfterMs(attempt.answer?.headers ?? {}) ?? 0;
  return Math.max(backoff, Math.min(askedMs, 20_000));
}

/** How an attempt ended, for logs and reports: its status, or why no answer came. */
export function attemptWords(attempt: Attempt): string {
  return attempt.answer ? String(attempt.answer.status) : attempt.none.cause;
}
