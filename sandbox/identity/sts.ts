import type { JsonWebKey } from 'node:crypto';
import { decodeJwt, type Jwt, verifyJwt } from '../core/keys.ts';
import type { World } from '../core/state.ts';
import { type ApiDefinition, ApiError, type Call, type Reply } from '../core/types.ts';
import { mapPrincipal, StsError } from './mapping.ts';
import { identityOf, type Provider } from './state.ts';

const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const subjectTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'];
/** The clock skew that Google's STS tolerates in either direction, in seconds. */
const skew = 60;

/** Reads the parameters from JSON, in camelCase or snake_case, or from a form (RFC 8693). Returns them in camelCase. */
function parameters(call: Call): Record<string, unknown> {
  const form = (call.headers['content-type'] ?? '').includes('x-www-form-urlencoded');
  let given: Record<string, unknown>;
  try {
    given = form ? Object.fromEntries(new URLSearchParams(call.body.toString('utf8'))) : call.json();
  } catch (error) {
    if (error instanceof ApiError) throw new StsError('invalid_request', error.message);
    throw error;
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

const invalidAudience = () =>
  new StsError(
    'invalid_request',
    'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See ' +
      'https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.',
  );

/**
 * Finds the provider that the audience names. Google's host is iam.googleapis.com. auth@v3 takes the host from
 * GHA_ENDPOINT_OVERRIDE_iam, so this sandbox's own host is accepted too.
 */
function findProvider(world: World, audience: unknown): Provider {
  const named =
    /^\/\/([^/]+)\/(?:v1\/)?(projects\/([^/]+)\/locations\/global\/workloadIdentityPools\/[^/]+)(\/providers\/[^/]+)$/.exec(
      String(audience ?? ''),
    );
  const hosts = ['iam.googleapis.com', new URL(world.urls.get('iam') ?? 'http://none').host];
  if (!named || !hosts.includes(named[1] as string) || !/^\d+$/.test(named[3] as string))
    throw invalidAudience();
  const { pools, providers } = identityOf(world);
  const pool = pools.get(named[2] as string);
  const provider = providers.get(`${named[2]}${named[4]}`);
  const usable =
    pool && provider && [pool, provider].every((item) => item.state === 'ACTIVE' && !item.disabled);
  if (!usable)
    throw new StsError(
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is ' +
        "disabled or deleted or because it doesn't exist.",
    );
  return provider;
}

const issuerUnreachable = () =>
  new StsError('invalid_grant', "Error connecting to the given credential's issuer.");

/** Returns the issuer's keys: those uploaded to the provider, else those found by discovery, as Google does. */
async function issuerKeys(world: World, { oidc }: Provider): Promise<JsonWebKey[]> {
  const fetchJson = async (url: string) => {
    const answer = await fetch(world.names?.local(url) ?? url, {
      signal: AbortSignal.timeout(60_000),
      redirect: 'error',
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  try {
    if (oidc.jwksJson) return (JSON.parse(oidc.jwksJson) as { keys: JsonWebKey[] }).keys;
    const configuration = await fetchJson(
      `${oidc.issuerUri.replace(/\/$/, '')}/.well-known/openid-configuration`,
    );
    return (await fetchJson(String(configuration.jwks_uri))).keys as JsonWebKey[];
  } catch {
    throw issuerUnreachable();
  }
}

function checkClaims(world: World, provider: Provider, { claims }: Jwt): { expires: number } {
  const issuers = [provider.oidc.issuerUri];
  if (!issuers.includes(String(claims.iss)))
    throw new StsError(
      'invalid_grant',
      `The issuer in ID Token ${claims.iss ?? 'null'} does not match the expected ones: ${issuers.join(', ')}`,
    );
  const defaults = [
    `https://iam.googleapis.com/${provider.name}`,
    `//iam.googleapis.com/${provider.name}`,
    `iam.googleapis.com/${provider.name}`,
  ];
  const allowed = provider.oidc.allowedAudiences?.length ? provider.oidc.allowedAudiences : defaults;
  const audiences = (Array.isArray(claims.aud) ? claims.aud : [claims.aud])
    .filter((aud) => aud !== undefined)
    .map(String);
  if (!audiences.some((audience) => allowed.includes(audience)))
    throw new StsError(
      'invalid_grant',
      `The audience in ID Token [${audiences.join(', ')}] does not match the expected audience.`,
    );
  const now = world.now() / 1000;
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || typeof exp !== 'number' || iat > now + skew || exp < now - skew)
    throw new StsError(
      'invalid_grant',
      `ID Token issued at ${typeof iat === 'number' ? iat : 'null'} is stale to sign-in.`,
    );
  return { expires: exp };
}

async function exchange(world: World, call: Call): Promise<Reply> {
  const given = parameters(call);
  if (given.grantType !== grant)
    throw new StsError('unsupported_grant_type', `Invalid value for "grantType". Expected: ${grant}`);
  const provider = findProvider(world, given.audience);
  if (!subjectTypes.includes(String(given.subjectTokenType)))
    throw new StsError('invalid_request', 'Invalid value for "subject_token_type".');
  if (given.requestedTokenType !== accessTokenType)
    throw new StsError(
      'invalid_request',
      `Invalid value for "requested_token_type". Expected: ${accessTokenType}`,
    );
  const scopes = String(given.scope ?? '')
    .split(/\s+/)
    .filter(Boolean);
  if (scopes.length === 0) throw new StsError('invalid_scope', 'The scope parameter is missing.');
  const jwt = decodeJwt(String(given.subjectToken ?? ''));
  if (!jwt) throw new StsError('invalid_request', 'Unable to parse the ID Token.');
  if (Buffer.byteLength(String(given.subjectToken)) > 12 * 1024)
    throw new StsError('invalid_request', 'The size of the subject token exceeds the limit.');
  const { expires } = checkClaims(world, provider, jwt);
  const keys = await issuerKeys(world, provider);
  // Measured at Google: for an unknown key id, the error says that the issuer cannot be reached.
  if (!keys.some((key) => (key as { kid?: string }).kid === jwt.header.kid)) throw issuerUnreachable();
  if (!verifyJwt(jwt, keys)) throw new StsError('invalid_grant', 'Unable to verify the ID Token signature.');
  const principal = mapPrincipal(provider, jwt.claims);
  const now = world.now();
  const seconds = Math.min(3599, Math.max(0, Math.floor(expires - now / 1000)));
  const token = world.tokens.issue({ principal, scopes, expires: now + seconds * 1000 }, 'ya29.d.');
  return {
    status: 200,
    body: {
      access_token: token,
      issued_token_type: accessTokenType,
      token_type: 'Bearer',
      expires_in: seconds,
    },
  };
}

/** Security Token Service v1 `token` (cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token). */
export function stsApi(world: World): ApiDefinition {
  return {
    name: 'sts',
    routes: [
      {
        method: 'POST',
        pattern: '/v1/token',
        authenticated: false,
        handle: async (call) => {
          try {
            return await exchange(world, call);
          } catch (error) {
            if (!(error instanceof StsError)) throw error;
            return { status: error.status, body: { error: error.error, error_description: error.message } };
          }
        },
      },
    ],
  };
}
