import { ReleaseError } from '../domain/errors.ts';
import type { LoginRequest } from '../domain/login/request.ts';
import type { Rest } from '../http/rest.ts';
import type { Clock, LoginTokens } from '../steps/ports.ts';

/**
 * An access token of a Workspace user, through domain-wide delegation: the account signs an assertion for the user
 * (IAM Credentials signJwt), Google's token endpoint takes it (RFC 7523).
 */
export async function delegatedToken(
  platform: { rest: Rest; tokens: LoginTokens },
  login: LoginRequest,
  user: string,
  clock: Clock,
  addSecret: (value: string) => void,
): Promise<string> {
  const { rest, tokens } = platform;
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
  const signed = await rest.call<{ signedJwt?: string }>({
    api: 'iamcredentials',
    method: 'POST',
    path: `v1/projects/-/serviceAccounts/${encodeURIComponent(account).replace('%40', '@')}:signJwt`,
    bearer: (await tokens.federated()).token,
    retry: 'repeatable-write',
    body: {
      payload: JSON.stringify(payload),
      delegates: login.delegates.map((email) => `projects/-/serviceAccounts/${email}`),
    },
  });
  const assertion = signed.body.signedJwt ?? '';
  addSecret(assertion);
  const answer = await rest.call<{ access_token?: string }>({
    api: 'oauth2',
    method: 'POST',
    path: 'token',
    auth: 'none',
    retry: 'repeatable-write',
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
  });
  const token = answer.body.access_token;
  if (!token)
    throw new ReleaseError('response-malformed', {
      what: 'The token endpoint answered without an access token.',
    });
  addSecret(token);
  return token;
}
