import { ReleaseError } from '../domain/errors/errors.ts';

/** How the drivers wait for Google: times in milliseconds. The time between two polls grows to `mostMs`. */
export const mostMs = 5_000;
export const heartbeatMs = 60_000;

const temporary = new Set(['network-failed', 'deadline-exceeded', 'response-malformed', 'remote-error']);

/**
 * Throws an error after which no later poll can succeed. A failed poll does not fail a deploy, because the change goes on at
 * Google. The read itself has already been retried.
 */
export function throwIfLasting(error: unknown, signal: AbortSignal | undefined): void {
  if (signal?.aborted || !(error instanceof ReleaseError) || !temporary.has(error.code)) throw error;
  const { status } = error as { status?: number };
  if (status !== undefined && status < 500 && status !== 429) throw error;
}
