import { shownClaims } from '../domain/login/claims.ts';
import { LoginError } from '../domain/login/login-error.ts';
import type { LoginRequest } from '../domain/login/request.ts';
import type { Report } from '../domain/report.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Context } from './context.ts';
import type { Platform } from './platform.ts';

export async function examineFailure(
  _context: Context,
  _platform: Platform,
  request: { login: LoginRequest },
  error: unknown,
): Promise<void> {
  if (!(error instanceof LoginError)) return;
  error.evidence = {
    login: {
      provider: request.login.provider?.name,
      claims: error.claims ? Object.fromEntries(shownClaims(error.claims)) : {},
      commands: error.diagnosis.commands,
      cause: error.diagnosis.rule,
    },
  };
}

export async function examineLogin(
  _context: Context,
  _platform: Platform,
  _request: { login: LoginRequest },
  _report: Report,
): Promise<Verdict> {
  return 'pass';
}
