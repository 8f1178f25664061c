import { insufficientScopes, unauthenticated } from './errors.ts';
import type { World } from './state.ts';
import type { Principal } from './types.ts';

/** Scopes that an API accepts besides cloud-platform (each API's reference, "Authorization scopes"). */
const otherScopes: Readonly<Record<string, readonly string[]>> = {
  iam: ['https://www.googleapis.com/auth/iam'],
  iamcredentials: ['https://www.googleapis.com/auth/iam'],
  logging: [
    'https://www.googleapis.com/auth/logging.read',
    'https://www.googleapis.com/auth/logging.admin',
    'https://www.googleapis.com/auth/cloud-platform.read-only',
  ],
  monitoring: [
    'https://www.googleapis.com/auth/monitoring.read',
    'https://www.googleapis.com/auth/monitoring',
  ],
};
const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** Returns the caller of a bearer token, or undefined if no token was sent. Throws Google's 401 for a bad token. */
export function authenticate(world: World, api: string, header: string | undefined): Principal | undefined {
  if (!header) return undefined;
  const service = `${api}.googleapis.com`;
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (!token) throw unauthenticated('CREDENTIALS_MISSING', service);
  const found = world.tokens.lookup(token);
  if (found === 'unknown') throw unauthenticated('ACCESS_TOKEN_TYPE_UNSUPPORTED', service);
  if (found === 'expired') throw unauthenticated('ACCESS_TOKEN_EXPIRED', service);
  const enough = found.scopes.some((scope) => scope === cloudPlatform || otherScopes[api]?.includes(scope));
  if (!enough) throw insufficientScopes(service);
  return found.principal;
}
