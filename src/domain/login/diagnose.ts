import type { Claims } from './claims.ts';
import type { Diagnosis, LoginFailure } from './login-error.ts';
import type { LoginRequest } from './request.ts';

/** What a failed login means, from the error that came back and the claims that were sent. */
export function diagnose(
  failure: LoginFailure,
  _request: LoginRequest,
  _claims: Claims | undefined,
): Diagnosis {
  return {
    rule: 'sts-refused',
    code: failure.stage === 'sts' ? 'login-sts-refused' : 'login-impersonation-denied',
    retry: 'never',
    what: `Google refused the login (${failure.statusName ?? failure.status}): ${failure.message}`,
    why: 'The refusal is none of the known ones.',
    fix: 'Compare the claims above with the provider.',
    commands: [],
  };
}
