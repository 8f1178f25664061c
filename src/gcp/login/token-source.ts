import { ReleaseError } from '../../domain/errors/errors.ts';
import { isSignedAudience } from '../../domain/invocation/door.ts';
import { type Claims, decodeClaims } from '../../domain/login/claims.ts';
import type { Stage } from '../../domain/login/failure/login-error.ts';
import { defaultOidcAudience, type Provider, stsAudience } from '../../domain/login/identity.ts';
import type { LoginRequest, TokenEndpoint } from '../../domain/login/request.ts';
import { cloudPlatformScope } from '../../domain/login/request.ts';
import type { Rest, RestAnswer } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { LocalLogin, LoginTokens, TimedToken } from '../../steps/ports/tokens.ts';
import { attemptLogin } from './attempt-login.ts';
import { missingOidc } from './missing-oidc.ts';
import { fetchOidcToken } from './oidc.ts';
import { shared } from './shared-token.ts';

export interface TokenOptions {
  request: LoginRequest;
  /** Makes the exchange and the impersonation, without a bearer token. */
  rest: Pick<Rest, 'call' | 'endpoints'>;
  clock: Clock;
  log: Log;
  /** Called with every token before it is used, so that logs mask it. */
  addSecret: (value: string) => void;
  userAgent: string;
  /** Aborts every exchange of this process. */
  signal?: AbortSignal | undefined;
  /** Called after the first exchange with the milliseconds by which this machine's clock is ahead of Google's. */
  onClock?: (aheadMs: number) => void;
  random?: () => number;
  /** Gives the first token in place of GitHub and the token exchange. */
  local?: LocalLogin | undefined;
}

/** Identity-Aware Proxy takes at most an hour. */
const signedSeconds = 3000;

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * The tokens of one login, kept only in memory. The first use requests them, and `shared` replaces them in time.
 * Exchange: RFC 8693, https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token. Impersonation: IAM
 * Credentials v1.
 */
export function createTokens(options: TokenOptions): LoginTokens {
  const { request, rest, clock, addSecret } = options;
  const random = options.random ?? Math.random;
  let claims: Claims | undefined;
  let clockAheadSeconds: number | undefined;
  let exchanged = false;

  const seen = () => ({ claims, clockAheadSeconds });
  const attempt = <T>(stage: Stage, account: string | undefined, call: () => Promise<T>) =>
    attemptLogin({ ...options, random, seen }, stage, account, call);

  function ready(): { provider: Provider; endpoint: TokenEndpoint; audience: string } {
    const { provider, endpoint, refusal } = request;
    if (refusal) throw new ReleaseError(refusal.code, refusal);
    if (!provider)
      throw new ReleaseError('login-missing', {
        what: 'This step has no credentials for Google Cloud.',
      });
    if (!endpoint) throw missingOidc(request.run);
    return {
      provider,
      endpoint,
      audience: request.oidcAudience ?? defaultOidcAudience(provider, request.universe),
    };
  }

  const { local } = options;
  const federated = shared(clock, options.signal, async () => {
    if (local) return local.access(options.signal);
    const { provider, endpoint, audience } = ready();
    return attempt('sts', undefined, async () => {
      const { endpoints } = rest;
      const { token: subjectToken, date } = await fetchOidcToken({
        ...options,
        endpoint,
        audience,
        endpoints,
        random,
      });
      addSecret(subjectToken);
      claims = decodeClaims(subjectToken);
      clockAheadSeconds = date === undefined ? undefined : (clock.now() - Date.parse(date)) / 1000;
      const answer = await rest.call<{ access_token?: string; expires_in?: number }>({
        api: 'sts',
        method: 'POST',
        path: 'v1/token',
        auth: 'none',
        // A second exchange has no other effect than the first.
        retry: 'repeatable-write',
        deadlineMs: 30_000,
        attemptMs: 10_000,
        body: {
          audience: stsAudience(provider, request.universe),
          grantType: exchangeGrant,
          requestedTokenType: accessTokenType,
          scope: cloudPlatformScope,
          subjectTokenType: jwtType,
          subjectToken,
        },
        signal: options.signal,
      });
      const ahead = clock.now() - Date.parse(answer.headers.date ?? '');
      // The header has whole seconds.
      if (Number.isFinite(ahead) && !exchanged) options.onClock?.(ahead - 500);
      exchanged = true;
      const lifetime = Number(answer.body.expires_in);
      return timed(answer.body.access_token, Number.isFinite(lifetime) ? lifetime : 0, 'The token exchange');
    });
  });

  function timed(token: unknown, seconds: number, who: string): TimedToken {
    if (typeof token !== 'string' || token === '')
      throw new ReleaseError('response-malformed', { what: `${who} answered without a token.` });
    addSecret(token);
    return { token, expiresAt: clock.steady() + Math.max(0, seconds) * 1000 };
  }

  /** Calls IAM Credentials with the federated token. */
  async function credentials<T>(
    stage: Stage,
    account: string,
    method: string,
    body: object,
  ): Promise<RestAnswer<T>> {
    const send = async () =>
      rest.call<T>({
        api: 'iamcredentials',
        method: 'POST',
        path: `v1/projects/-/serviceAccounts/${encodeURIComponent(account).replace('%40', '@')}:${method}`,
        bearer: (await federated()).token,
        retry: 'repeatable-write',
        deadlineMs: 30_000,
        attemptMs: 10_000,
        body,
        signal: options.signal,
      });
    return attempt(stage, account, () =>
      send().catch((error: unknown) => {
        if ((error as { status?: number }).status !== 401) throw error;
        // A token that should still be valid: the machine may have slept.
        federated.drop();
        return send();
      }),
    );
  }

  const delegates = request.delegates.map((account) => `projects/-/serviceAccounts/${account}`);

  const impersonated = shared(clock, options.signal, async () => {
    const account = request.serviceAccount ?? '';
    const lifetime = request.lifetimeSeconds;
    const answer = await credentials<{ accessToken?: string; expireTime?: string }>(
      'access-token',
      account,
      'generateAccessToken',
      {
        scope: request.scopes,
        lifetime: `${lifetime}s`,
        delegates,
      },
    );
    const end = Date.parse(answer.body.expireTime ?? '');
    return timed(
      answer.body.accessToken,
      Number.isFinite(end) ? (end - serverNow(answer)) / 1000 : lifetime,
      'generateAccessToken',
    );
  });

  /** The server's time. Expiry times refer to it, and the clock of the runner may be wrong. */
  function serverNow(answer: RestAnswer<unknown>): number {
    const date = Date.parse(answer.headers.date ?? '');
    return Number.isFinite(date) ? date : clock.now();
  }

  const byAudience = new Map<string, (signal?: AbortSignal) => Promise<TimedToken>>();
  function id(audience: string, signal?: AbortSignal): Promise<TimedToken> {
    let source = byAudience.get(audience);
    if (!source) {
      source = shared(clock, options.signal, () => mintIdToken(audience));
      byAudience.set(audience, source);
    }
    return source(signal);
  }

  async function mintIdToken(audience: string): Promise<TimedToken> {
    if (!local) ready();
    const invoker = request.invokerServiceAccount;
    const account = invoker ?? request.serviceAccount;
    if (!account && local) return local.id(audience, options.signal);
    if (!account)
      throw new ReleaseError('login-id-token-needs-account', {
        what: `This step needs an ID token for ${audience.slice(0, 200)}.`,
      });
    const chain = invoker && invoker !== request.serviceAccount ? [] : delegates;
    if (isSignedAudience(audience)) return signOwn(audience, account, chain);
    const answer = await credentials<{ token?: string }>('id-token', account, 'generateIdToken', {
      audience,
      includeEmail: request.includeEmail,
      delegates: chain,
    });
    const issued = decodeClaims(answer.body.token ?? '');
    const seconds = Number(issued?.exp) - serverNow(answer) / 1000;
    return timed(answer.body.token, Number.isFinite(seconds) ? seconds : 0, 'generateIdToken');
  }

  /**
   * A JWT of the account for Identity-Aware Proxy, which knows no OAuth client then. Google signs it, so no key is needed. Its times refer to
   * Google's clock, as far as the login has shown it.
   */
  async function signOwn(audience: string, account: string, chain: string[]): Promise<TimedToken> {
    const iat = Math.floor(clock.now() / 1000 - Math.max(0, clockAheadSeconds ?? 0));
    const payload = { iss: account, sub: account, aud: audience, iat, exp: iat + signedSeconds };
    const answer = await credentials<{ signedJwt?: string }>('sign-jwt', account, 'signJwt', {
      payload: JSON.stringify(payload),
      delegates: chain,
    });
    const seconds = iat + signedSeconds - serverNow(answer) / 1000;
    return timed(answer.body.signedJwt, Math.min(seconds, signedSeconds), 'signJwt');
  }

  /** One attempt with short limits: a caller can do without this token. */
  async function accessAs(account: string, signal?: AbortSignal): Promise<string> {
    const answer = await rest.call<{ accessToken?: string }>({
      api: 'iamcredentials',
      method: 'POST',
      path: `v1/projects/-/serviceAccounts/${encodeURIComponent(account).replace('%40', '@')}:generateAccessToken`,
      bearer: (await federated()).token,
      retry: 'repeatable-write',
      deadlineMs: 6000,
      attemptMs: 3000,
      body: { scope: [cloudPlatformScope], lifetime: '300s', delegates: [] },
      signal,
    });
    return timed(answer.body.accessToken, 300, 'generateAccessToken').token;
  }

  const access = (signal?: AbortSignal) =>
    request.serviceAccount ? impersonated(signal) : federated(signal);
  return {
    federated,
    access,
    accessAs,
    id,
    claims: () => claims,
    renew: () => {
      federated.drop();
      impersonated.drop();
      byAudience.clear();
    },
    accessToken: async (signal) => (await access(signal)).token,
    idToken: async (audience, signal) => (await id(audience, signal)).token,
  };
}
