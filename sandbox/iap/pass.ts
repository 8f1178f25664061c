import type { IncomingHttpHeaders } from 'node:http';
import { can } from '../core/iam.ts';
import { verifyIdToken } from '../core/id-tokens.ts';
import { decodeJwt, signJwt, verifyJwt } from '../core/keys.ts';
import { anonymous, emailOf, serviceAccount } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Principal } from '../core/types.ts';
import { letsOptionsThrough, levelsOf, oauthOf, policyResource } from './state.ts';

/** What IAP protects here. */
export interface Protected {
  /** The names of the resource, such as `projects/N/iap_web/compute/services/S`. A backend service has two: its name and its number. */
  names: readonly string[];
  /** The client of the backend service itself, where there is one. */
  clientId?: string | undefined;
  /** `aud` of the assertion that goes to the backend. */
  assertionAudience: string;
}

export interface Asked {
  method: string;
  /** Scheme, host and path, as the client sees them. */
  url: string;
  headers: IncomingHttpHeaders;
}

export interface Passed {
  caller: Principal;
  /** The header that IAP took its credential from. It does not go to the backend. */
  consumed: 'authorization' | 'proxy-authorization' | undefined;
  /** Headers that IAP adds. */
  added: Record<string, string>;
}

/** An answer of IAP itself. Every one carries `x-goog-iap-generated-response`. */
export interface Stopped {
  status: number;
  text: string;
  headers: Record<string, string>;
}

const generated = { 'x-goog-iap-generated-response': 'true' };

const stopped = (status: number, text: string, headers: Record<string, string> = {}): Stopped => ({
  status,
  text,
  headers: { ...generated, ...headers },
});

/**
 * A client that can follow a redirect gets one. IAP takes it from the method and from `Accept`; all others get 401
 * (cloud.google.com/iap/docs/faq, "Why am I receiving an HTTP 401").
 */
function withoutCredential({ method, headers }: Asked, clientId: string): Stopped {
  const browser = /text\/html/.test(headers.accept ?? '') && (method === 'GET' || method === 'HEAD');
  if (!browser) return stopped(401, 'Invalid IAP credentials: empty token');
  const query = new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid email' });
  return stopped(302, '', { location: `https://accounts.google.com/o/oauth2/v2/auth?${query}` });
}

/** Does the `aud` of a service account's own JWT cover the URL? It may end with `/*`. */
const covers = (audience: string, url: string): boolean =>
  audience.endsWith('*') ? url.startsWith(audience.slice(0, -1)) : audience === url;

/** The caller of a token. IAP takes ID tokens of Google for a known client, and JWTs that a service account signed for the URL. */
function callerOf(
  world: World,
  token: string,
  asked: Asked,
  clients: readonly string[],
): Principal | Stopped {
  const bad = (why: string) => stopped(401, `Invalid IAP credentials: ${why}`);
  const jwt = decodeJwt(token);
  if (!jwt) return bad('Unable to parse JWT');
  const { iss, sub, aud, exp, iat } = jwt.claims;
  if (!verifyJwt(jwt, [world.googleKey.jwk])) return bad('JWT signature is invalid');
  if (typeof iss === 'string' && iss === sub && iss.includes('@')) {
    if (typeof exp !== 'number' || exp * 1000 <= world.now()) return bad('Expired JWT');
    if (typeof iat !== 'number' || iat * 1000 > world.now() + 30_000) return bad('JWT is not valid yet');
    if (exp - iat > 3600) return bad('JWT lives for more than an hour');
    return covers(String(aud), asked.url)
      ? serviceAccount(iss)
      : bad(`JWT audience doesn't match this application ('aud' claim (${String(aud)}))`);
  }
  const verified = verifyIdToken(world, token);
  if (verified === 'expired') return bad('Expired JWT');
  if (verified === 'invalid') return bad('JWT issuer is invalid');
  if (typeof jwt.claims.email !== 'string') return bad("JWT 'email' claim isn't a string");
  if (!clients.includes(verified.audience))
    return bad(
      `JWT audience doesn't match this application ('aud' claim (${verified.audience}) doesn't match expected value (${clients[0] ?? ''}))`,
    );
  return verified.principal;
}

const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];

const isStopped = (value: Principal | Stopped | undefined): value is Stopped =>
  value !== undefined && 'status' in value;

/**
 * Decides about a request as IAP does. A good token in `Proxy-Authorization` is used first; then `Authorization` goes to the
 * backend as it is. Otherwise the token in `Authorization` decides
 * (cloud.google.com/iap/docs/authentication-howto, "Authenticate from Proxy-Authorization Header").
 */
export function passIap(world: World, what: Protected, asked: Asked): Passed | Stopped {
  const access = 'iap.webServiceVersions.accessViaIAP';
  const resources = [...new Set(what.names.flatMap(levelsOf))].map((name) => policyResource(world, name));
  const allowed = (caller: Principal) => resources.some((resource) => can(world, caller, access, resource));
  const everybody: Passed = { caller: anonymous, consumed: undefined, added: {} };
  if (asked.method === 'OPTIONS' && what.names.some((name) => letsOptionsThrough(world, name)))
    return everybody;
  if (allowed(anonymous)) return everybody;
  const oauth = what.names.map((name) => oauthOf(world, name));
  const clients = [
    ...(what.clientId ? [what.clientId] : []),
    ...oauth.flatMap(({ clientId, programmaticClients = [] }) => [
      ...(clientId ? [clientId] : []),
      ...programmaticClients,
    ]),
  ];
  const proxy = bearerOf(asked.headers['proxy-authorization']);
  const byProxy = proxy === undefined ? undefined : callerOf(world, proxy, asked, clients);
  if (byProxy && !isStopped(byProxy)) return admitted(world, what, byProxy, 'proxy-authorization', allowed);
  if (asked.headers.authorization === undefined)
    return byProxy ?? withoutCredential(asked, clients[0] ?? 'google-managed.apps.googleusercontent.com');
  const token = bearerOf(asked.headers.authorization);
  const caller =
    token === undefined
      ? stopped(401, 'Invalid IAP credentials: Unable to parse JWT')
      : callerOf(world, token, asked, clients);
  return isStopped(caller) ? caller : admitted(world, what, caller, 'authorization', allowed);
}

function admitted(
  world: World,
  what: Protected,
  caller: Principal,
  consumed: Passed['consumed'],
  allowed: (caller: Principal) => boolean,
): Passed | Stopped {
  const email = emailOf(caller) ?? '';
  if (!allowed(caller)) return stopped(403, `You don't have access. (${email})`);
  const now = Math.floor(world.now() / 1000);
  const subject = `accounts.google.com:${email}`;
  const assertion = {
    iss: 'https://cloud.google.com/iap',
    aud: what.assertionAudience,
    email,
    sub: subject,
    iat: now,
    exp: now + 600,
  };
  return {
    caller,
    consumed,
    added: {
      // The real assertion is signed with ES256. Nothing here verifies it but its form.
      'x-goog-iap-jwt-assertion': signJwt(world.googleKey, assertion),
      'x-goog-authenticated-user-email': subject,
      'x-goog-authenticated-user-id': subject,
    },
  };
}

/** The account as which IAP calls what stands behind it. */
export const iapAgent = (world: World): string =>
  `service-${world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
