import { generateKeyPairSync, sign } from 'node:crypto';
import type { Sandbox } from '../../sandbox/index.ts';

/** A small client, so that these tests do not depend on the actions' code. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export async function ask(
  url: string,
  init: { method?: string; token?: string; body?: unknown; form?: Record<string, string> } = {},
): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (init.token) headers.authorization = `Bearer ${init.token}`;
  if (init.body !== undefined) headers['content-type'] = 'application/json';
  if (init.form) headers['content-type'] = 'application/x-www-form-urlencoded';
  const json = typeof init.body === 'string' ? init.body : JSON.stringify(init.body);
  const body: string | undefined = init.form ? new URLSearchParams(init.form).toString() : json;
  const answer = await fetch(url, {
    method: init.method ?? (body ? 'POST' : 'GET'),
    headers,
    redirect: 'manual',
    ...(body ? { body } : {}),
  });
  const text = await answer.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = { text };
  }
  return { status: answer.status, body: parsed as Record<string, unknown>, headers: answer.headers };
}

export const env = (sandbox: Sandbox, name: string): string => {
  const value = sandbox.env[name];
  if (!value) throw new Error(`the sandbox did not print ${name}`);
  return value;
};

export const defaultAudience = (sandbox: Sandbox) =>
  `https://iam.googleapis.com/${env(sandbox, 'WORKLOAD_IDENTITY_PROVIDER')}`;

/** Requests an OIDC token from GitHub's issuer as a job does. */
export async function jobToken(sandbox: Sandbox, audience = defaultAudience(sandbox)): Promise<string> {
  const url = `${env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_URL')}&audience=${encodeURIComponent(audience)}`;
  const answer = await ask(url, { token: env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN') });
  return String(answer.body.value);
}

const exchangeBody = (sandbox: Sandbox, subjectToken: string) => ({
  audience: `//iam.googleapis.com/${env(sandbox, 'WORKLOAD_IDENTITY_PROVIDER')}`,
  grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
  requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
  scope: 'https://www.googleapis.com/auth/cloud-platform',
  subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
  subjectToken,
});

export const snake = (body: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

export function exchange(
  sandbox: Sandbox,
  subjectToken: string,
  change: Record<string, string> = {},
  as: 'json' | 'snake' | 'form' = 'json',
): Promise<Answer> {
  const body = { ...exchangeBody(sandbox, subjectToken), ...change };
  const url = `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_sts')}/token`;
  return ask(url, as === 'form' ? { form: snake(body) } : { body: as === 'snake' ? snake(body) : body });
}

export async function federatedToken(sandbox: Sandbox): Promise<string> {
  return String((await exchange(sandbox, await jobToken(sandbox))).body.access_token);
}

export function credentials(
  sandbox: Sandbox,
  account: string,
  verb: string,
  token: string,
  body: unknown,
): Promise<Answer> {
  return ask(
    `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iamcredentials')}/projects/-/serviceAccounts/${account}:${verb}`,
    { token, body },
  );
}

/** Gets the access token of an account as a workflow does: OIDC token, token exchange, impersonation. */
export async function accessToken(
  sandbox: Sandbox,
  account: 'SERVICE_ACCOUNT' | 'READER_SERVICE_ACCOUNT' | 'INVOKER_SERVICE_ACCOUNT',
): Promise<string> {
  const scope = ['https://www.googleapis.com/auth/cloud-platform'];
  const answer = await credentials(
    sandbox,
    env(sandbox, account),
    'generateAccessToken',
    await federatedToken(sandbox),
    { scope },
  );
  return String(answer.body.accessToken);
}

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;

/** Signs the same header and claims with a key that the issuer does not know. */
export function forge(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = token.split('.').slice(0, 2).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

export const settings = (sandbox: Sandbox, patch: unknown): Promise<Answer> =>
  ask(`${sandbox.control}/settings`, { method: 'PATCH', body: patch });
