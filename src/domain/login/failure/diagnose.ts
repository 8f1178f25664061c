import type { Claims } from '../claims.ts';
import type { LoginRequest } from '../request.ts';
import type { Diagnosis, LoginFailure } from './login-error.ts';
import type { Row } from './row.ts';
import { accountRows } from './rows-account.ts';
import { exchangeRows } from './rows-exchange.ts';

const rows: readonly Row[] = [...exchangeRows, ...accountRows];

/** Ids of every failure that is recognised, in the order in which they are tried. */
export const knownFailures: readonly string[] = rows.map((row) => row.rule);

/** What a failed login means, from the error that came back and the claims that were sent. */
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
    why: 'The refusal is none of the known ones; its text is all that Google says.',
    fix: "Compare the claims in the log with the provider's mapping and condition:",
    commands: request.provider
      ? [
          `gcloud iam workload-identity-pools providers describe ${request.provider.provider} --workload-identity-pool=${request.provider.pool} --location=global --project=${request.provider.projectNumber}`,
        ]
      : [],
  };
}
