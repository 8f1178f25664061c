import { randomBytes } from 'node:crypto';
import { emailOf, user } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply } from '../core/types.ts';

/**
 * Google's OAuth 2.0 server (developers.google.com/identity/protocols/oauth2/native-app, "Refreshing an access token"), as far as
 * Application Default Credentials of a person need it, and `tokeninfo`.
 */

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';
const email = 'https://www.googleapis.com/auth/userinfo.email';

interface Grant {
  clientId: string;
  clientSecret: string;
  /** E-mail of the user who logged in. */
  user: string;
}

const grantsOf = (world: World): Map<string, Grant> => world.extension('oauth2', () => new Map());

const refused = (error: string, description: string): Reply => ({
  status: 400,
  body: { error, error_description: description },
});

/** Logs a user in on a machine. Returns the file that `gcloud auth application-default login` writes. */
export function logInUser(world: World, email: string): Record<string, string> {
  const refreshToken = `1//${randomBytes(24).toString('base64url')}`;
  const clientId = 'sandbox.apps.googleusercontent.com';
  const clientSecret = `d-${randomBytes(12).toString('hex')}`;
  grantsOf(world).set(refreshToken, { clientId, clientSecret, user: email });
  return {
    account: '',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
    type: 'authorized_user',
    universe_domain: 'googleapis.com',
  };
}

function token(world: World, call: Call): Reply {
  const given = new URLSearchParams(call.body.toString('utf8'));
  if (given.get('grant_type') !== 'refresh_token')
    return refused('unsupported_grant_type', `Invalid grant_type: ${given.get('grant_type') ?? ''}`);
  const grant = grantsOf(world).get(given.get('refresh_token') ?? '');
  if (!grant) return refused('invalid_grant', 'Token has been expired or revoked.');
  if (grant.clientId !== given.get('client_id') || grant.clientSecret !== given.get('client_secret'))
    return { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' } };
  const scopes = [cloudPlatform, email];
  const seconds = 3599;
  const expires = world.now() + seconds * 1000;
  return {
    status: 200,
    body: {
      access_token: world.tokens.issue({ principal: user(grant.user), scopes, expires }, 'ya29.c.'),
      expires_in: seconds,
      scope: scopes.join(' '),
      token_type: 'Bearer',
    },
  };
}

/** Who a token belongs to. The e-mail is told only if the token has a scope that allows it. */
function tokenInfo(world: World, call: Call): Reply {
  const given = new URLSearchParams(call.body.toString('utf8'));
  const found = world.tokens.lookup(given.get('access_token') ?? call.query.get('access_token') ?? '');
  if (found === 'unknown' || found === 'expired') return refused('invalid_token', 'Invalid Value');
  const address = emailOf(found.principal);
  // The tokens of service accounts tell their e-mail with the scope cloud-platform too.
  const tells = found.scopes.includes(email) || address?.endsWith('.gserviceaccount.com');
  return {
    status: 200,
    body: {
      scope: found.scopes.join(' '),
      expires_in: String(Math.floor((found.expires - world.now()) / 1000)),
      access_type: 'offline',
      ...(address && tells ? { email: address, email_verified: 'true' } : {}),
    },
  };
}

export function oauth2Api(world: World): ApiDefinition {
  const open = { authenticated: false } as const;
  return {
    name: 'oauth2',
    routes: [
      { ...open, method: 'POST', pattern: '/token', handle: (call) => token(world, call) },
      { ...open, method: 'POST', pattern: '/tokeninfo', handle: (call) => tokenInfo(world, call) },
      { ...open, method: 'GET', pattern: '/tokeninfo', handle: (call) => tokenInfo(world, call) },
    ],
  };
}
