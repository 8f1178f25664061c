import { ReleaseError } from '../../domain/errors/errors.ts';
import { principalOf } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { LoginTokens, TimedToken } from '../ports/tokens.ts';

export interface LoginPorts {
  tokens: LoginTokens;
  /** `google.subject` of a direct login, as the provider maps it. Undefined if the provider could not be read. */
  mappedSubject?: ((claims: Record<string, unknown>) => Promise<string | undefined>) | undefined;
}

export interface LoginOptions {
  login: LoginRequest;
  /** Audience of the ID token to mint. Without it no ID token is minted. */
  idTokenAudience?: string | undefined;
  /** False if the run needs no access token. The account may be allowed only to mint ID tokens, or only to sign. */
  needsAccess: boolean;
  /** Number of the project to which the provider must belong. */
  expectedProjectNumber?: string | undefined;
  /** `serviceAccount:E`, a bare e-mail, or `principal://...`. */
  expectedPrincipal?: string | undefined;
}

export interface LoginResult {
  federated: TimedToken;
  /** Access token of the account, or the federated token. Undefined if none was needed. */
  access: TimedToken | undefined;
  idToken?: TimedToken | undefined;
  /** IAM member: `serviceAccount:E` or `principal://...`. */
  principal: string;
  /** True if the mapping of the provider could not be read, so `sub` is assumed to be `google.subject`. */
  principalAssumed: boolean;
  /** `sub` of GitHub's token. */
  subject: string;
  claims: Record<string, unknown>;
}

/**
 * Logs in and proves it. The exchange, the impersonation and the ID token all happen here, so a missing grant fails this
 * step and not the first step that uses the login. The expected project is checked before any request.
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
  // Gets the tokens one after the other, because two refusals at once would be logged twice.
  const access = options.needsAccess ? await ports.tokens.access() : undefined;
  const idToken = options.idTokenAudience ? await ports.tokens.id(options.idTokenAudience) : undefined;
  const principalAssumed = !request.serviceAccount && mapped === undefined;
  return { federated, access, idToken, principal, principalAssumed, subject, claims };
}

/** The identity of later calls as an IAM member. `subject` is the value that the provider maps to google.subject. */
function principalFor(request: LoginRequest, subject: string): string {
  if (request.serviceAccount) return `serviceAccount:${request.serviceAccount}`;
  return request.provider ? principalOf(request.provider, subject) : '';
}

function checkProject(request: LoginRequest, expected: string | undefined): void {
  const found = request.provider?.projectNumber;
  if (!expected || !found || expected === found) return;
  throw new ReleaseError('login-unexpected-identity', {
    what: `The provider belongs to project number ${found}, but expected_project_number is ${expected}.`,
    why: 'expected_project_number guards against a login into the wrong organisation or environment. The action sent no request.',
    fix: 'Correct workload_identity_provider or expected_project_number.',
  });
}

function checkPrincipal(found: string, expected: string | undefined): void {
  if (!expected) return;
  const wanted = /^[^:/@]+@[^:/@]+$/.test(expected) ? `serviceAccount:${expected}` : expected;
  if (wanted === found) return;
  throw new ReleaseError('login-unexpected-identity', {
    what: `The login would act as ${found}, but expected_principal is ${wanted}.`,
    why: 'expected_principal guards against a login as another identity.',
    fix: 'Correct service_account, workload_identity_provider or expected_principal.',
  });
}
