import type { Answer } from './answer-text.ts';

/** Why no answer arrived. */
export interface NoAnswer {
  cause: 'timeout' | 'reset' | 'dns' | 'refused' | 'tls' | 'other';
  /** One sentence. */
  what: string;
  milliseconds: number;
}

export type Attempt = { answer: Answer; none?: undefined } | { answer?: undefined; none: NoAnswer };

/**
 * Whether an attempt says nothing about the function: 429 and 503 come from want of an instance, a reset from the
 * network or an instance that went away, a timeout of the very first request from a cold start. A wrong text, any
 * other status and any later timeout are the function's own answer and are never tried again.
 */
export function mayRepeat(attempt: Attempt, cold: boolean): boolean {
  if (attempt.answer) return attempt.answer.status === 429 || attempt.answer.status === 503;
  return (
    attempt.none.cause === 'reset' ||
    attempt.none.cause === 'refused' ||
    (attempt.none.cause === 'timeout' && cold)
  );
}

/** Milliseconds to wait before attempt `next` (from 2), following Retry-After up to 20 s. `random` from 0 to 1. */
export function waitBefore(next: number, attempt: Attempt, random: number): number {
  const backoff = Math.min(8000, 500 * 2 ** (next - 2)) * (0.5 + random / 2);
  const after = Number(attempt.answer?.headers['retry-after']);
  return after > 0 ? Math.max(backoff, Math.min(after, 20) * 1000) : backoff;
}

/** A few words for logs and reports. */
export function attemptWords(attempt: Attempt): string {
  return attempt.answer ? String(attempt.answer.status) : attempt.none.cause;
}
