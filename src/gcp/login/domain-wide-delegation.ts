import { ReleaseError } from '../../domain/errors/errors.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Rest } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { LoginTokens } from '../../steps/ports/tokens.ts';
import { attemptLogin } from './attempt-login.ts';

/**
 * Gets an access token for a Workspace user through domain-wide delegation. The account signs an assertion for the user
 * (IAM Credentials signJwt), and Google's token endpoint exchanges it for the token (RFC 7523).
 */
export async function delegatedToken(options: {
  rest: Rest;
  tokens: LoginTokens;
  login: LoginRequest;
  /** E-mail of the user. */
  user: string;
  clock: Clock;
  log: Log;
  addSecret: (value: string) => void;
  signal?: AbortSignal | undefined;
}): Promise<string> {
  const { rest, tokens, login, user, clock, addSecret, signal } = options;
  const seen = () => ({ claims: tokens.claims(), clockAheadSeconds: undefined });
  const attempt = { ...options, request: login, random: Math.random, seen };
  const account = login.serviceAccount ?? '';
  const now = Math.floor(clock.now() / 1000);
  const audience = `${rest.endpoints.base('oauth2')}/token`;
  const payload = {
    iss: account,
    sub: user,
    aud: audience,
    scope: login.scopes.join(' '),
    iat: now,
    exp: now + Math.min(3600, login.lifetimeSeconds),
  };
  const signed = await attemptLogin(attempt, 'sign-jwt', account, async () =>
    rest.call<{ signedJwt?: string }>({
      api: 'iamcredentials',
      method: 'POST',
      path: `v1/projects/-/serviceAccounts/${encodeURIComponent(account).replace('%40', '@')}:signJwt`,
      bearer: (await tokens.federated()).token,
      retry: 'repeatable-write',
      deadlineMs: 30_000,
      body: {
        payload: JSON.stringify(payload),
        delegates: login.delegates.map((email) => `projects/-/serviceAccounts/${email}`),
      },
      signal,
    }),
  );
  const assertion = signed.body.signedJwt ?? '';
  addSecret(assertion);
  const answer = await attemptLogin(attempt, 'delegation', account, () =>
    rest.call<{ access_token?: string }>({
      api: 'oauth2',
      method: 'POST',
      path: 'token',
      auth: 'none',
      retry: 'repeatable-write',
      deadlineMs: 30_000,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
      signal,
    }),
  );
  const token = answer.body.access_token;
  if (!token)
    throw new ReleaseError('response-malformed', {
      what: "Google's token endpoint answered without an access token.",
    });
  addSecret(token);
  return token;
}
