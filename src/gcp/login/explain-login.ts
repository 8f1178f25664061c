import { type Claims, shownClaims } from '../../domain/login/claims.ts';
import { diagnose } from '../../domain/login/failure/diagnose.ts';
import { explainLocal } from '../../domain/login/failure/explain-local.ts';
import {
  LoginError,
  type LoginFailure,
  loginEvidence,
  type Stage,
} from '../../domain/login/failure/login-error.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Log } from '../../steps/ports/log.ts';

interface Facts {
  request: LoginRequest;
  stage: Stage;
  account: string | undefined;
  claims: Claims | undefined;
  clockAheadSeconds: number | undefined;
}

/** Explains a refusal of the API. Undefined for other errors, such as a broken connection. */
export function explainFailure(error: unknown, facts: Facts): LoginError | undefined {
  if (!(error instanceof RemoteError)) return undefined;
  const failure: LoginFailure = {
    stage: facts.stage,
    status: error.status,
    statusName: error.statusName,
    reason: error.reason,
    permission: error.permission,
    message: error.remoteMessage,
    account: facts.account,
    clockAheadSeconds: facts.clockAheadSeconds,
  };
  const explained = new LoginError(
    failure,
    (facts.request.source === 'local' && explainLocal(failure, facts.request.member?.())) ||
      diagnose(failure, facts.request, facts.claims),
    facts.claims,
    error,
  );
  explained.evidence = loginEvidence(explained, facts.request.provider?.name);
  return explained;
}

/** Limits for the retries of a transient refusal. Six tries wait about six seconds in all. */
const transientMs = 30_000;
const transientTries = 6;

/** Milliseconds until the next try, or undefined if another try does not help. Logs a wait for IAM once. */
export function retryWait(
  error: LoginError,
  at: { tries: number; elapsedMs: number; request: LoginRequest; random: () => number; log: Log },
): number | undefined {
  const { retry } = error.diagnosis;
  if (retry === 'never' || (retry === 'transient' && at.tries >= transientTries)) return undefined;
  const budgetMs = retry === 'transient' ? transientMs : at.request.propagationSeconds * 1000;
  const wait =
    Math.min(10_000, (retry === 'transient' ? 250 : 2000) * 2 ** (at.tries - 1)) * (0.5 + at.random() / 2);
  if (at.elapsedMs + wait > budgetMs) return undefined;
  if (retry === 'propagation' && at.tries === 1)
    at.log.line(
      `  ${error.diagnosis.what} A change of IAM takes 2 to 7 minutes, so the action tries again for up to ${at.request.propagationSeconds} s (propagation_timeout).`,
    );
  return wait;
}

/** Logs the claims of the token, the cause of the failure and the commands that repair it. */
export function logFailure(error: LoginError, log: Log): void {
  if (error.claims) {
    log.line('Claims in the token of this run:');
    for (const [name, value] of shownClaims(error.claims)) log.line(`  ${name.padEnd(22)} ${value}`);
  }
  log.line(error.diagnosis.what);
  log.line(error.diagnosis.why);
  log.line(error.diagnosis.fix);
  for (const command of error.diagnosis.commands) log.line(`  ${command}`);
}
