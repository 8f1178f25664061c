import { type ErrorCode, ReleaseError } from '../../errors/errors.ts';
import { type Claims, shownClaims } from '../claims.ts';
import type { LoginEvidence } from '../evidence.ts';

/** The call of a login that failed. */
export type Stage = 'oidc' | 'sts' | 'access-token' | 'id-token' | 'sign-jwt' | 'delegation';

/** What came back, as plain data. Texts are Google's, cut and free of tokens. */
export interface LoginFailure {
  stage: Stage;
  /** 0 where no answer arrived. */
  status: number;
  /** OAuth `error` or google.rpc status name. */
  statusName?: string | undefined;
  /** google.rpc.ErrorInfo reason. */
  reason?: string | undefined;
  permission?: string | undefined;
  message: string;
  /** The account that was to be impersonated. */
  account?: string | undefined;
  /** Seconds that the runner's clock is ahead of the server's, where known. */
  clockAheadSeconds?: number | undefined;
}

/**
 * What a failure means. `transient`: the same call may work in a moment; `propagation`: a change of IAM made a few
 * minutes ago explains it; `never`: only a person can repair it.
 */
export interface Diagnosis {
  /** Stable kebab-case id of the row. */
  rule: string;
  code: ErrorCode;
  retry: 'transient' | 'propagation' | 'never';
  what: string;
  why: string;
  /** One sentence. */
  fix: string;
  /** Commands to paste, with this run's values in place; the first is the one that repairs, where one alone does. */
  commands: string[];
}

/** A login that failed, with what explains it. */
export class LoginError extends ReleaseError {
  readonly failure: LoginFailure;
  readonly diagnosis: Diagnosis;
  readonly claims: Claims | undefined;

  constructor(failure: LoginFailure, diagnosis: Diagnosis, claims: Claims | undefined, cause: unknown) {
    super(diagnosis.code, {
      what: diagnosis.what,
      why: diagnosis.why,
      fix: [diagnosis.fix, diagnosis.commands[0]].filter(Boolean).join(' '),
      cause,
    });
    this.failure = failure;
    this.diagnosis = diagnosis;
    this.claims = claims;
  }
}

/** What the report keeps of a failed login, and the summary shows. */
export const loginEvidence = (error: LoginError, provider: string | undefined): { login: LoginEvidence } => ({
  login: {
    provider,
    cause: error.diagnosis.rule,
    claims: Object.fromEntries(shownClaims(error.claims ?? {})),
    commands: error.diagnosis.commands,
  },
});
