import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { listen } from '../core/listen.ts';
import { claimsOf } from './token-claims.ts';

/**
 * The part of Microsoft Entra that a source of counts calls: client credentials with a federated credential in place of a secret. Built
 * from https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow and its error codes.
 */
export interface EntraOptions {
  now(): number;
  tenant: string;
}

/** Who may log in as an app: a token of this issuer, subject and audience. */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  audience: string;
}

/** What the next answers do instead. */
export type EntraTrouble = 'outage' | 'throttle' | 'no token' | 'page';

interface Issued {
  client: string;
  scope: string;
  expires: number;
}

export async function startEntra({ now, tenant }: EntraOptions) {
  const apps = new Map<string, FederatedCredential[]>();
  const issued = new Map<string, Issued>();
  const calls: Record<string, string>[] = [];
  const troubles: EntraTrouble[] = [];
  const lifetime = { seconds: 3599 };

  const refuse = (status: number, error: string, code: number, text: string) => ({
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: 0f0f Correlation ID: 1e1e Timestamp: ${new Date(now()).toISOString()}`,
      error_codes: [code],
      timestamp: new Date(now()).toISOString(),
      trace_id: '0f0f',
      correlation_id: '1e1e',
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  });

  function token(path: string, form: URLSearchParams): { status: number; body: object } {
    const [, directory, rest] = /^\/([^/]+)(\/.*)$/.exec(path) ?? [];
    if (rest !== '/oauth2/v2.0/token') return refuse(404, 'invalid_request', 90014, 'There is no such path.');
    if (directory !== tenant)
      return refuse(
        400,
        'invalid_request',
        90002,
        `Tenant '${directory}' not found. Check to make sure you have the correct tenant ID.`,
      );
    if (form.get('grant_type') !== 'client_credentials')
      return refuse(400, 'unsupported_grant_type', 70003, 'The app returned an unsupported grant type.');
    const client = form.get('client_id') ?? '';
    const app = apps.get(client);
    if (!app)
      return refuse(
        400,
        'unauthorized_client',
        700016,
        `Application with identifier '${client}' was not found in the directory 'Contoso'.`,
      );
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return refuse(
        401,
        'invalid_client',
        7000216,
        "'client_assertion', 'client_secret' or 'request' is required.",
      );
    if (!/^\S+\/\.default$/.test(form.get('scope') ?? ''))
      return refuse(
        400,
        'invalid_scope',
        1002012,
        'The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.',
      );
    const claims = claimsOf(form.get('client_assertion') ?? '');
    if (typeof claims.exp === 'number' && claims.exp * 1000 < now())
      return refuse(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.');
    const { iss, sub, aud } = claims;
    const sameIssuer = app.filter(({ issuer }) => issuer === iss);
    if (sameIssuer.length === 0)
      return refuse(
        401,
        'invalid_client',
        700211,
        `No matching federated identity record found for presented assertion issuer '${iss}'.`,
      );
    if (!sameIssuer.some(({ subject }) => subject === sub))
      return refuse(
        401,
        'invalid_client',
        700213,
        `No matching federated identity record found for presented assertion subject '${sub}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
      );
    if (!sameIssuer.some(({ subject, audience }) => subject === sub && audience === aud))
      return refuse(
        401,
        'invalid_client',
        700212,
        `No matching federated identity record found for presented assertion audience '${aud}'.`,
      );
    const value = `eyJ.${randomBytes(24).toString('base64url')}.sig`;
    issued.set(value, {
      client,
      scope: form.get('scope') ?? '',
      expires: now() + lifetime.seconds * 1000,
    });
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: lifetime.seconds,
        ext_expires_in: lifetime.seconds,
        access_token: value,
      },
    };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    calls.push({ path: request.url ?? '', ...Object.fromEntries(form) });
    const trouble = troubles.shift();
    const answer =
      trouble === 'outage'
        ? { status: 503, body: {} }
        : trouble === 'throttle'
          ? refuse(429, 'temporarily_unavailable', 90056, 'Too many requests.')
          : trouble === 'no token'
            ? { status: 200, body: { token_type: 'Bearer' } }
            : token(request.url ?? '', form);
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(trouble === 'page' ? '<html>' : JSON.stringify(answer.body));
  });
  const running = await listen(server, 'entra');
  return { url: running.url, close: running.close, apps, issued, calls, troubles, lifetime };
}
