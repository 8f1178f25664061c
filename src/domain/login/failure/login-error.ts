import { type ErrorCode, ReleaseError } from '../../errors/errors.ts';
import { type Claims, shownClaims } from '../claims.ts';
import type { LoginEvidence } from '../evidence.ts';

/** The call of a login that failed. */
export type Stage = 'oidc' | 'sts' | 'access-token' | 'id-token' | 'sign-jwt' | 'delegation';

/** Google's refusal, as plain data. Its texts are shortened and hold no tokens. */
export interface LoginFailure {
  stage: Stage;
  /** HTTP status, or 0 if no answer arrived. */
  status: number;
  /** OAuth `error` or google.rpc status name. */
  statusName?: string | undefined;
  /** google.rpc.ErrorInfo reason. */
  reason?: string | undefined;
  permission?: string | undefined;
  message: string;
  /** The account that was to be impersonated. */
  account?: string | undefined;
  /** How far the runner's clock is ahead of the server's, if that is known. */
  clockAheadSeconds?: number | undefined;
}

/** What a failure means, and how to repair it. */
export interface Diagnosis {
  /** Stable kebab-case id of the row. */
  rule: string;
  code: ErrorCode;
  /**
   * `transient`: the same call may work in a moment. `propagation`: a change of IAM a few minutes ago may explain the
   * failure. `never`: only a person can repair it.
   */
  retry: 'transient' | 'propagation' | 'never';
  what: string;
  why: string;
  /** Why the login failed, in one sentence. */
  fix: string;
  /** Commands with the values of this run: first those that repair the login together, then those that show more. */
  commands: string[];
  /** How many of the commands repair the login. Default: the first one. */
  repairs?: number | undefined;
}

/** A failed login with its explanation. */
export class LoginError extends ReleaseError {
  readonly failure: LoginFailure;
  readonly diagnosis: Diagnosis;
  readonly claims: Claims | undefined;

  constructor(failure: LoginFailure, diagnosis: Diagnosis, claims: Claims | undefined, cause: unknown) {
    super(diagnosis.code, {
      what: diagnosis.what,
      why: diagnosis.why,
      fix: diagnosis.fix,
      // The others show more of the set-up. The summary has a part for them.
      commands: diagnosis.commands.slice(0, diagnosis.repairs ?? 1),
      cause,
    });
    this.failure = failure;
    this.diagnosis = diagnosis;
    this.claims = claims;
  }
}

/** What the report keeps of a failed login and the summary shows. */
export const loginEvidence = (error: LoginError, provider: string | undefined): { login: LoginEvidence } => ({
  login: {
    provider,
    cause: error.diagnosis.rule,
    claims: Object.fromEntries(shownClaims(error.claims ?? {})),
    commands: error.diagnosis.commands,
  },
});
