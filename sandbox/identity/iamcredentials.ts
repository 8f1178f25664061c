import { sign } from 'node:crypto';
import { failedPrecondition, invalidArgument, notFound } from '../core/errors.ts';
import { can, permissionDenied } from '../core/iam.ts';
import { issueIdToken } from '../core/id-tokens.ts';
import { signJwt } from '../core/keys.ts';
import { serviceAccount } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Principal, Reply } from '../core/types.ts';
import { accountResource, findAccount, type ServiceAccount } from './state.ts';

/** IAM Credentials v1 (googleapis google/iam/credentials/v1/common.proto). */

function knownFields(body: Record<string, unknown>, fields: readonly string[]): void {
  for (const name of Object.keys(body))
    if (!fields.includes(name))
      throw invalidArgument(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
}

function account(world: World, name: string): ServiceAccount {
  const found = findAccount(world, name);
  if (!found) throw notFound(`Not found; Gaia id not found for email ${name}`);
  if (found.disabled) throw failedPrecondition(`Service account ${found.email} is disabled.`);
  return found;
}

/** Checks the delegation chain: each account needs implicitDelegation on the next one, and the last one the permission itself. */
function authorize(
  world: World,
  call: Call,
  target: ServiceAccount,
  permission: string,
  delegates: unknown,
): void {
  let caller = call.principal as Principal;
  for (const entry of Array.isArray(delegates) ? delegates : []) {
    const name = /^(?:projects\/-\/serviceAccounts\/)?([^/]+)$/.exec(String(entry))?.[1];
    if (!name) throw invalidArgument(`Invalid delegate: ${String(entry)}`);
    const delegate = account(world, name);
    const needed = 'iam.serviceAccounts.implicitDelegation';
    if (!can(world, caller, needed, accountResource(world, delegate.email))) throw permissionDenied(needed);
    caller = serviceAccount(delegate.email);
  }
  if (!can(world, caller, permission, accountResource(world, target.email)))
    throw permissionDenied(permission);
}

function lifetimeSeconds(value: unknown): number {
  if (value === undefined) return 3600;
  const seconds = Number(/^(-?\d+(?:\.\d+)?)s$/.exec(String(value))?.[1] ?? Number.NaN);
  if (Number.isNaN(seconds))
    throw invalidArgument(
      `Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), "${String(value)}"`,
    );
  if (seconds <= 0) throw invalidArgument('Lifetime of access token must be larger then zero.');
  if (seconds > 3600)
    throw invalidArgument(
      'The access token lifetime cannot exceed 3600 seconds: service account credentials can not have lifetimes of more than 1 hour. Use ' +
        'the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours.',
    );
  return seconds;
}

function generateAccessToken(world: World, call: Call, name: string): Reply {
  const body = call.json();
  knownFields(body, ['scope', 'lifetime', 'delegates']);
  const target = account(world, name);
  authorize(world, call, target, 'iam.serviceAccounts.getAccessToken', body.delegates);
  const asked = Array.isArray(body.scope) ? body.scope.map(String) : [];
  if (asked.length === 0) throw invalidArgument('Scope required.');
  const scopes = asked.map((scope) =>
    scope === '' ? 'https://www.googleapis.com/auth/cloud-platform' : scope,
  );
  if (!scopes.every((scope) => /^(https:\/\/|openid$|email$|profile$)/.test(scope)))
    throw invalidArgument('Request contains an invalid argument.');
  const expires = world.now() + lifetimeSeconds(body.lifetime) * 1000;
  const accessToken = world.tokens.issue(
    { principal: serviceAccount(target.email), scopes, expires },
    'ya29.c.',
  );
  return {
    status: 200,
    body: { accessToken, expireTime: `${new Date(expires).toISOString().slice(0, 19)}Z` },
  };
}

function generateIdToken(world: World, call: Call, name: string): Reply {
  const body = call.json();
  knownFields(body, ['audience', 'includeEmail', 'delegates', 'organizationNumberIncluded']);
  const target = account(world, name);
  authorize(world, call, target, 'iam.serviceAccounts.getOpenIdToken', body.delegates);
  if (typeof body.audience !== 'string' || body.audience === '')
    throw invalidArgument('Audience is required.');
  return {
    status: 200,
    body: { token: issueIdToken(world, target, body.audience, body.includeEmail === true) },
  };
}

function signPayload(world: World, call: Call, name: string): Reply {
  const body = call.json();
  knownFields(body, ['payload', 'delegates']);
  const target = account(world, name);
  authorize(world, call, target, 'iam.serviceAccounts.signJwt', body.delegates);
  let claims: unknown;
  try {
    claims = JSON.parse(String(body.payload));
  } catch {
    claims = undefined;
  }
  if (typeof claims !== 'object' || claims === null)
    throw invalidArgument('The payload is not a JSON object.');
  // "An integer timestamp that is not in the past and at most 12 hours in the future" (the reference of signJwt).
  const { exp } = claims as { exp?: unknown };
  const now = Math.floor(world.now() / 1000);
  if (exp !== undefined && (!Number.isInteger(exp) || Number(exp) < now || Number(exp) > now + 12 * 3600))
    throw invalidArgument('The exp claim must be an integer from now to 12 hours in the future.');
  return {
    status: 200,
    body: {
      keyId: world.googleKey.kid,
      signedJwt: signJwt(world.googleKey, claims as Record<string, unknown>),
    },
  };
}

/** Signs bytes as the account (SignBlobRequest: the payload is base64). */
function signBlob(world: World, call: Call, name: string): Reply {
  const body = call.json();
  knownFields(body, ['payload', 'delegates']);
  const target = account(world, name);
  authorize(world, call, target, 'iam.serviceAccounts.signBlob', body.delegates);
  if (typeof body.payload !== 'string' || body.payload === '') throw invalidArgument('Payload is required.');
  const { kid, privateKey } = world.googleKey;
  const signature = sign('RSA-SHA256', Buffer.from(body.payload, 'base64'), privateKey);
  return { status: 200, body: { keyId: kid, signedBlob: signature.toString('base64') } };
}

export function iamCredentialsApi(world: World): ApiDefinition {
  const verbs = { generateAccessToken, generateIdToken, signJwt: signPayload, signBlob };
  return {
    name: 'iamcredentials',
    routes: Object.entries(verbs).map(([verb, handle]) => ({
      method: 'POST',
      pattern: `/v1/projects/:project/serviceAccounts/:account:${verb}`,
      handle: (call, params) => handle(world, call, params.account as string),
    })),
  };
}

/** Google's public keys, with which clients verify ID tokens (`www.googleapis.com/oauth2/v3/certs`). */
export function certsApi(world: World): ApiDefinition {
  const reply = () => ({ status: 200, body: { keys: [world.googleKey.jwk] } });
  return {
    name: 'certs',
    routes: [{ method: 'GET', pattern: '/oauth2/v3/certs', authenticated: false, handle: reply }],
  };
}
