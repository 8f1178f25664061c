import type { Claims } from '../claims.ts';
import { describeProvider } from '../commands.ts';
import type { LoginRequest } from '../request.ts';
import type { Diagnosis, LoginFailure } from './login-error.ts';
import type { Row } from './row.ts';
import { accountRows } from './rows-account.ts';
import { exchangeRows } from './rows-exchange.ts';

const rows: readonly Row[] = [...exchangeRows, ...accountRows];

/** Ids of all known failures, in the order in which they are tried. */
export const knownFailures: readonly string[] = rows.map((row) => row.rule);

/** Explains a failed login from Google's answer and the claims that were sent. */
export function diagnose(
  failure: LoginFailure,
  request: LoginRequest,
  claims: Claims | undefined,
): Diagnosis {
  const row = rows.find((candidate) => candidate.matches(failure));
  if (row) return { rule: row.rule, ...row.explain({ failure, request, claims }) };
  const isExchange = failure.stage === 'sts';
  return {
    rule: 'unknown',
    code: isExchange ? 'login-sts-refused' : 'login-impersonation-denied',
    retry: 'never',
    what: `Google refused ${isExchange ? 'the token exchange' : `to act as ${failure.account}`} (${failure.statusName ?? failure.status}): ${failure.message}`,
    why: 'This refusal is not a known one, so there is only the text that Google sent.',
    fix: "Compare the claims in the log with the provider's mapping and condition:",
    commands: request.provider ? [describeProvider(request.provider)] : [],
  };
}
