import { invalidArgument } from '../core/errors.ts';
import { issueIdToken } from '../core/id-tokens.ts';
import { serviceAccount, user } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Reply, Route } from '../core/types.ts';
import { addJob, findAccount, identityOf } from './state.ts';

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * `{member, seconds?}` returns an access token of `user:E` or `serviceAccount:E`, even if there is no such account.
 * `{member, audience}` returns an ID token of an existing account.
 */
function giveToken(world: World, body: Record<string, unknown>): Reply {
  const [, kind, email] = /^(user|serviceAccount):(\S+@\S+)$/.exec(String(body.member)) ?? [];
  if (!kind || !email) throw invalidArgument('"member" must be user:EMAIL or serviceAccount:EMAIL.');
  if (body.audience !== undefined) {
    const account = findAccount(world, email);
    if (!account) throw invalidArgument(`There is no service account ${email}.`);
    return { status: 200, body: { idToken: issueIdToken(world, account, String(body.audience), true) } };
  }
  const principal = kind === 'user' ? user(email) : serviceAccount(email);
  const expires = world.now() + Number(body.seconds ?? 3600) * 1000;
  return {
    status: 200,
    body: { accessToken: world.tokens.issue({ principal, scopes: [cloudPlatform], expires }, 'ya29.c.') },
  };
}

/**
 * `POST /claims` replaces the claims that every token has in addition to the defaults. `POST /jobs {claims}` starts another
 * job and returns its environment. `POST /tokens` issues a token without a login, and `DELETE /tokens` revokes all tokens.
 */
export function identityControl(world: World): ApiDefinition {
  const route = (method: string, pattern: string, handle: Route['handle']): Route => ({
    method,
    pattern,
    authenticated: false,
    handle,
  });
  return {
    name: 'control',
    routes: [
      route('POST', '/claims', (call) => {
        identityOf(world).claims = call.json();
        return { status: 200, body: identityOf(world).claims };
      }),
      route('POST', '/jobs', (call) => {
        const claims = (call.json().claims ?? {}) as Record<string, unknown>;
        const env = {
          ACTIONS_ID_TOKEN_REQUEST_URL: `${world.urls.get('oidc')}/token?api-version=2.0`,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: addJob(world, claims),
        };
        return { status: 200, body: { env } };
      }),
      route('POST', '/tokens', (call) => giveToken(world, call.json())),
      route('DELETE', '/tokens', () => {
        world.tokens.revokeAll();
        return { status: 200, body: {} };
      }),
    ],
  };
}
