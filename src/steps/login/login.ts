import { ReleaseError } from '../../domain/errors/errors.ts';
import { principalOf } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { LoginTokens, TimedToken } from '../ports/tokens.ts';

export interface LoginPorts {
  tokens: LoginTokens;
  /** `google.subject` of a direct login, as the provider maps it; undefined where nobody says. */
  mappedSubject?: ((claims: Record<string, unknown>) => Promise<string | undefined>) | undefined;
}

export interface LoginOptions {
  login: LoginRequest;
  /** Audience of an ID token to mint. */
  idTokenAudience?: string | undefined;
  /** Whether an access token is asked for: an account may be allowed to mint ID tokens, or to sign, and nothing else. */
  needsAccess: boolean;
  /** Project number that the provider must lie in. */
  expectedProjectNumber?: string | undefined;
  /** `serviceAccount:E`, a bare e-mail, or `principal://...`. */
  expectedPrincipal?: string | undefined;
}

export interface LoginResult {
  federated: TimedToken;
  /** The token that the identity acts with, of the account or the federated one; undefined where none was needed. */
  access: TimedToken | undefined;
  idToken?: TimedToken | undefined;
  /** IAM member: `serviceAccount:E` or `principal://...`. */
  principal: string;
  /** True where the provider's mapping could not be read, so that `sub` was taken for `google.subject`. */
  principalAssumed: boolean;
  /** `sub` of GitHub's token. */
  subject: string;
  claims: Record<string, unknown>;
}

/**
 * Logs in and proves it: the exchange, the impersonation and the ID token are done here, so that a missing grant shows
 * in this step and not in the first one that uses it. Guardrails on the project are checked before any request.
 */
export async function login(ports: LoginPorts, options: LoginOptions): Promise<LoginResult> {
  const { login: request } = options;
  checkProject(request, options.expectedProjectNumber);
  if (request.serviceAccount) checkPrincipal(principalFor(request, ''), options.expectedPrincipal);
  const federated = await ports.tokens.federated();
  const claims = ports.tokens.claims() ?? {};
  const subject = typeof claims.sub === 'string' ? claims.sub : '';
  const mapped = request.serviceAccount ? undefined : await ports.mappedSubject?.(claims);
  const principal = principalFor(request, mapped ?? subject);
  checkPrincipal(principal, options.expectedPrincipal);
  // One after the other: two refusals at once would be told twice.
  const access = options.needsAccess ? await ports.tokens.access() : undefined;
  const idToken = options.idTokenAudience ? await ports.tokens.id(options.idTokenAudience) : undefined;
  const principalAssumed = !request.serviceAccount && mapped === undefined;
  return { federated, access, idToken, principal, principalAssumed, subject, claims };
}

/** Who the later calls are made as. `subject` is the one that the provider maps. */
function principalFor(request: LoginRequest, subject: string): string {
  if (request.serviceAccount) return `serviceAccount:${request.serviceAccount}`;
  return request.provider ? principalOf(request.provider, subject) : '';
}

function checkProject(request: LoginRequest, expected: string | undefined): void {
  const found = request.provider?.projectNumber;
  if (!expected || !found || expected === found) return;
  throw new ReleaseError('login-unexpected-identity', {
    what: `The provider lies in project number ${found}, not in the expected ${expected}.`,
    why: 'expected_project_number guards against a login into the wrong organisation or environment; nothing was requested.',
    fix: 'Correct workload_identity_provider or expected_project_number.',
  });
}

function checkPrincipal(found: string, expected: string | undefined): void {
  if (!expected) return;
  const wanted = /^[^:/@]+@[^:/@]+$/.test(expected) ? `serviceAccount:${expected}` : expected;
  if (wanted === found) return;
  throw new ReleaseError('login-unexpected-identity', {
    what: `The login leads to ${found}, not to the expected ${wanted}.`,
    why: 'expected_principal guards against a login as somebody else.',
    fix: 'Correct service_account, workload_identity_provider or expected_principal.',
  });
}
