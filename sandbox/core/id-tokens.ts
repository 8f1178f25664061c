import { decodeJwt, signJwt, verifyJwt } from './keys.ts';
import { serviceAccount } from './principals.ts';
import type { World } from './state.ts';
import type { Principal } from './types.ts';

/** `iss` of every ID token that Google signs (accounts.google.com/.well-known/openid-configuration). */
export const googleIssuer = 'https://accounts.google.com';

export interface VerifiedIdToken {
  principal: Principal;
  audience: string;
  claims: Record<string, unknown>;
}

/** Issues a Google-signed ID token of a service account. It lives for one hour, like those of generateIdToken. */
export function issueIdToken(
  world: World,
  account: { email: string; uniqueId: string },
  audience: string,
  includeEmail: boolean,
): string {
  const now = Math.floor(world.now() / 1000);
  return signJwt(world.googleKey, {
    aud: audience,
    azp: account.uniqueId,
    ...(includeEmail ? { email: account.email, email_verified: true } : {}),
    exp: now + 3600,
    iat: now,
    iss: googleIssuer,
    sub: account.uniqueId,
  });
}

/** Checks signature, issuer and expiry, as Cloud Run's front end does. The caller must check the audience. */
export function verifyIdToken(world: World, token: string): VerifiedIdToken | 'invalid' | 'expired' {
  const jwt = decodeJwt(token);
  if (!jwt || !verifyJwt(jwt, [world.googleKey.jwk]) || jwt.claims.iss !== googleIssuer) return 'invalid';
  const { exp, aud, sub, email } = jwt.claims;
  if (typeof exp !== 'number' || typeof aud !== 'string') return 'invalid';
  if (exp * 1000 <= world.now()) return 'expired';
  const account = typeof email === 'string' ? email : world.accountEmail(String(sub));
  return account ? { principal: serviceAccount(account), audience: aud, claims: jwt.claims } : 'invalid';
}
