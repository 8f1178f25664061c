import { ReleaseError } from '../../domain/errors/errors.ts';

/** True if a region did not answer. A refusal, a missing permission or a wrong setting is an answer. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof ReleaseError)) return false;
  if (error.code === 'network-failed' || error.code === 'deadline-exceeded') return true;
  const { status } = error as { status?: unknown };
  return error.code === 'remote-error' && typeof status === 'number' && status >= 500;
}
