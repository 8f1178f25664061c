import { ReleaseError } from '../../domain/errors/errors.ts';

/** Returns true if the call would fail with this error again, however often it is repeated. */
export function isPermanent(error: unknown): boolean {
  if (!(error instanceof ReleaseError)) return true;
  if (
    ['network-failed', 'deadline-exceeded', 'response-malformed', 'response-too-large'].includes(error.code)
  )
    return false;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
  return !(status === 429 || status >= 500);
}
