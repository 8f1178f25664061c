import { isObject, type JsonObject, textOf } from '../../../domain/data/json.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';
import { RemoteError } from '../../../http/remote-error.ts';
import type { Rest } from '../../../http/rest.ts';
import type { Clock } from '../../../steps/ports/clock.ts';
import type { TimedToken } from '../../../steps/ports/tokens.ts';
import { read } from './machine.ts';

/** What gcloud writes for a person: a refresh token of the user, perhaps with an account to impersonate. */
export interface UserCredentials {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  /** Service account that the file says to act as. */
  account: string | undefined;
}

const logInAgain = { fix: 'Log in again:', commands: ['gcloud auth application-default login'] };

/** Reads credentials of a person. Undefined for `external_account`, which the login of the actions reads itself. */
export function readAdc(path: string, from: string): UserCredentials | undefined {
  const text = read(path);
  if (text === undefined)
    throw new ReleaseError('login-missing', { what: `${from}: the file cannot be read.`, ...logInAgain });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  if (!isObject(content))
    throw new ReleaseError('login-missing', { what: `${from}: the file is not JSON.`, ...logInAgain });
  const { type } = content;
  if (type === 'external_account') return undefined;
  if (type === 'service_account')
    throw new ReleaseError('login-key-refused', {
      what: `${from} is a service-account key.`,
      why: 'A key is a password that does not expire.',
      fix: 'Log in as yourself, and act as the account if you need to:',
      commands: [
        'gcloud auth application-default login',
        `gcloud auth application-default login --impersonate-service-account=${textOf(content.client_email) ?? 'ACCOUNT'}`,
      ],
    });
  const impersonated = type === 'impersonated_service_account';
  const user = impersonated && isObject(content.source_credentials) ? content.source_credentials : content;
  return { ...userOf(user, from), account: impersonated ? accountOf(content) : undefined };
}

function userOf(user: JsonObject, from: string): Omit<UserCredentials, 'account'> {
  const [clientId, clientSecret, refreshToken] = ['client_id', 'client_secret', 'refresh_token'].map((name) =>
    textOf(user[name]),
  );
  if (user.type !== 'authorized_user' || !clientId || !clientSecret || !refreshToken)
    throw new ReleaseError('login-missing', {
      what: `${from}: credentials of the type "${String(user.type).slice(0, 40)}" cannot be used here.`,
      ...logInAgain,
    });
  return { clientId, clientSecret, refreshToken };
}

const accountOf = (content: JsonObject): string | undefined =>
  /\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(
    textOf(content.service_account_impersonation_url) ?? '',
  )?.[1];

/** An access token for the user. */
export async function refresh(
  rest: Pick<Rest, 'call'>,
  { clientId, clientSecret, refreshToken }: UserCredentials,
  clock: Clock,
  addSecret: (value: string) => void,
  signal?: AbortSignal,
): Promise<TimedToken> {
  for (const secret of [clientSecret, refreshToken]) addSecret(secret);
  const answer = await rest
    .call<{ access_token?: string; expires_in?: number }>({
      api: 'oauth2',
      method: 'POST',
      path: 'token',
      auth: 'none',
      retry: 'repeatable-write',
      deadlineMs: 30_000,
      attemptMs: 10_000,
      form: {
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      },
      signal,
    })
    .catch((error: unknown) => {
      if (!(error instanceof RemoteError) || error.status >= 500) throw error;
      throw new ReleaseError('login-missing', {
        what: 'Google no longer takes the login of this machine.',
        why: 'It was revoked, or your organisation asks you to log in again from time to time.',
        cause: error,
        ...logInAgain,
      });
    });
  const { access_token: token, expires_in: seconds } = answer.body;
  if (typeof token !== 'string' || token === '')
    throw new ReleaseError('response-malformed', { what: 'The token endpoint answered without a token.' });
  addSecret(token);
  return { token, expiresAt: clock.steady() + Math.max(0, Number(seconds) || 0) * 1000 };
}
