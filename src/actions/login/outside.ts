import { userAgent } from '../../domain/product.ts';
import type { Context } from '../../runner/context.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import { runFacts, runnerEndpoint } from './inputs.ts';
import type { Platform } from './platform.ts';

/** How a source outside of Google Cloud logs in. Its code is loaded when it asks for a token. */
export function outsideLogin(
  { env, clock, log, secrets, id }: Context,
  { endpoints }: Pick<Platform, 'endpoints'>,
): OutsideLogin {
  const agent = userAgent(id);
  return {
    env,
    sandbox: endpoints.loopback,
    userAgent: agent,
    mask: secrets.add,
    async identityToken(audience, signal) {
      const endpoint = runnerEndpoint(env);
      if (!endpoint) throw (await import('../../gcp/login/missing-oidc.ts')).missingOidc(runFacts(env));
      const { fetchOidcToken } = await import('../../gcp/login/oidc.ts');
      const options = { endpoint, audience, endpoints, clock, log, userAgent: agent, random: Math.random };
      const { token } = await fetchOidcToken({ ...options, signal });
      secrets.add(token);
      return token;
    },
  };
}
