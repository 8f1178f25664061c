import { slug } from '../../../domain/product.ts';
import { judgeDenial } from '../../../domain/smoke/refusal.ts';
import type { Override } from '../caller.ts';
import type { PresetContext, RunPreset } from './preset.ts';

/** Presets that call the function without the right to do so. It must refuse every token that is not a good one. */

const encode = (value: object) =>
  btoa(JSON.stringify(value)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

/** Looks like one of Google's OAuth access tokens but is invented: a function must never receive a real one. */
const inventedAccessToken = `ya29.${slug}-smoke-test-not-a-token`;
const otherAudience = `https://wrong-audience.${slug}.invalid`;

/** The same token with an `exp` in the past. This breaks its signature, which alone must be enough for a refusal. */
function outdated(token: string, now: number): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  let claims: object = {};
  try {
    claims = JSON.parse(atob(body.replace(/-/g, '+').replace(/_/g, '/'))) as object;
  } catch {
    // Not a JWT, so the token to send has nothing but times.
  }
  const seconds = Math.floor(now / 1000);
  return `${head}.${encode({ ...claims, iat: seconds - 7200, exp: seconds - 3600 })}.${signature}`;
}

interface Sent {
  token: Override['token'];
  note?: string;
}

const denial =
  (what: string, tokenOf: (context: PresetContext) => Promise<Sent>): RunPreset =>
  async (context) => {
    const { caller, item } = context;
    if (!caller.sendsToken)
      return { kind: 'skipped', note: 'This target is called without a token, so nothing can be denied.' };
    const { token, note } = await tokenOf(context);
    const called = await caller.call(item, { token });
    return { kind: 'ran', failures: judgeDenial(item, called.attempt, what), called: [called], note };
  };

export const deniesAnonymous = denial('no token', async () => ({ token: 'none' }));

export const deniesAccessToken = denial('an access token', async () => ({
  token: { bearer: inventedAccessToken },
}));

export const deniesWrongAudience = denial('an ID token for another audience', async ({ caller }) => ({
  token: { bearer: await caller.idToken(otherAudience) },
}));

export const deniesExpiredToken = denial('an expired ID token', async ({ caller, ports, request }) =>
  request.expiredToken !== undefined
    ? { token: { bearer: request.expiredToken } }
    : {
        token: { bearer: outdated(await caller.idToken(), ports.clock.now()) },
        note: 'The input expired_token is not set, so this sent a token with a date in the past and a broken signature.',
      },
);
