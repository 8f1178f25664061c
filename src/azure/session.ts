import { isObject, listOf, textOf, textOrEmpty } from '../domain/data/json.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import { decodeClaims } from '../domain/login/claims.ts';
import { send, TransportError } from '../http/send.ts';
import type { Clock } from '../steps/ports/clock.ts';
import { CountsRefused } from '../steps/ports/counts-refused.ts';
import type { OutsideLogin } from '../steps/ports/outside-login.ts';
import { authority } from './endpoint.ts';
import { audience, type EntraError, explainToken } from './explain.ts';

export interface AzureApp {
  /** Directory id. */
  tenant: string;
  /** Application id. */
  client: string;
  /** Such as `https://prometheus.monitor.azure.com/.default`. */
  scope: string;
}

interface Token {
  value: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** A token is renewed this long before it ends. */
const earlyMs = 300_000;
const mostTries = 3;

/**
 * Logs in to Entra with GitHub's token in place of a secret, as an app with a federated credential
 * (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential).
 */
export class AzureSession {
  readonly #world: OutsideLogin & { clock: Clock };
  readonly #app: AzureApp;
  #token: Promise<Token> | undefined;

  constructor(world: OutsideLogin & { clock: Clock }, app: AzureApp) {
    this.#world = world;
    this.#app = app;
  }

  async token(signal?: AbortSignal): Promise<string> {
    const known = await this.#kept(signal);
    if (known.expires - this.#world.clock.now() > earlyMs) return known.value;
    this.renew();
    return (await this.#kept(signal)).value;
  }

  /** The token was refused. The next call gets a new one. */
  renew(): void {
    this.#token = undefined;
  }

  #kept(signal?: AbortSignal): Promise<Token> {
    if (this.#token) return this.#token;
    const token = this.#exchange(signal);
    this.#token = token;
    // A failure must not stay: the next call asks again.
    token.catch(() => {
      if (this.#token === token) this.#token = undefined;
    });
    return token;
  }

  async #exchange(signal?: AbortSignal): Promise<Token> {
    const { env, sandbox, clock, userAgent, mask, identityToken } = this.#world;
    const { tenant, client, scope } = this.#app;
    const url = `${authority(env, sandbox)}/${tenant}/oauth2/v2.0/token`;
    const assertion = await identityToken(audience, signal);
    mask(assertion);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client,
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    for (let tries = 1; ; tries++) {
      let status = 0;
      try {
        const answer = await send({
          method: 'POST',
          url,
          headers: {
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded',
            'user-agent': userAgent,
          },
          body: form.toString(),
          timeoutMs: 10_000,
          maxBytes: 256 * 1024,
          signal,
        });
        status = answer.status;
        const body = jsonIn(answer.body);
        if (status === 200) return this.#taken(body, clock.now());
        if (status < 500 && status !== 429) throw this.#refused(errorIn(body), status, assertion);
      } catch (error) {
        const mayPass = error instanceof TransportError && !error.permanent;
        if (!mayPass || tries >= mostTries) throw error;
      }
      if (tries >= mostTries)
        throw new ReleaseError('remote-error', { what: `Entra answered ${status} in place of a token.` });
      await clock.sleep(500 * 2 ** tries, signal);
    }
  }

  #taken(body: Record<string, unknown>, now: number): Token {
    const value = textOf(body.access_token);
    const seconds = Number(body.expires_in);
    if (!value || !(seconds > 0))
      throw new ReleaseError('response-malformed', { what: 'Entra answered without an access token.' });
    this.#world.mask(value);
    return { value, expires: now + seconds * 1000 };
  }

  #refused(error: EntraError, status: number, assertion: string): CountsRefused {
    const { tenant, client } = this.#app;
    const name = error.code === undefined ? error.error : `AADSTS${error.code}`;
    return new CountsRefused({
      what: `Entra gave this job no token for Azure Monitor (${name || status}${error.message ? `: ${error.message}` : ''}).`,
      ...explainToken(error, { tenant, client, claims: decodeClaims(assertion) }),
    });
  }
}

function jsonIn(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function errorIn(body: Record<string, unknown>): EntraError {
  const text = textOrEmpty(body.error_description);
  const [listed] = listOf(body.error_codes);
  const code = typeof listed === 'number' ? listed : Number(/AADSTS(\d+)/.exec(text)?.[1] ?? Number.NaN);
  // Behind the first sentence follow ids of the request, a time, and the whole token's claims again.
  const message = text.replace(/^AADSTS\d+:\s*/, '').split(/\r?\n|\. /)[0] ?? '';
  return {
    error: textOrEmpty(body.error).slice(0, 60),
    code: Number.isInteger(code) ? code : undefined,
    message: message.replace(/\.$/, '').slice(0, 300),
  };
}
