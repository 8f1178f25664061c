import { signJwt } from '../core/keys.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply, Route } from '../core/types.ts';
import { buildClaims, type Claims, defaultClaims, type SubjectFormat } from './claims.ts';
import { identityOf } from './state.ts';

/** The `iss` of the tokens: the issuer's base URL, plus the path of an enterprise or of a GitHub Enterprise Server. */
export const issuerOf = (world: World): string => `${world.urls.get('oidc')}${identityOf(world).issuerPath}`;

export function subjectFormat(world: World, repository: string): SubjectFormat {
  const { subjectFormats } = identityOf(world);
  return (
    subjectFormats.get(repository) ??
    subjectFormats.get(repository.split('/')[0] as string) ?? { use_default: true }
  );
}

/** Signs the token that a job with these claims would get. Tests that need an unusual token call it directly. */
export function githubToken(world: World, given: Claims, audience?: string): string {
  const state = identityOf(world);
  const claims = { ...state.claims, ...given };
  const repository = String(claims.repository ?? defaultClaims.repository);
  return signJwt(
    state.issuerKey,
    buildClaims(claims, issuerOf(world), audience, subjectFormat(world, repository), world.now()),
  );
}

function giveToken(world: World, call: Call): Reply {
  const bearer = /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
  const job = bearer ? identityOf(world).jobs.get(bearer) : undefined;
  if (!job)
    return {
      status: 401,
      body: { $id: '1', message: 'The request token is not valid.', typeKey: 'UnauthorizedRequestException' },
    };
  const audience = call.query.get('audience') ?? undefined;
  return { status: 200, body: { count: 1, value: githubToken(world, job.claims, audience) } };
}

function discovery(world: World): Reply {
  const issuer = issuerOf(world);
  return {
    status: 200,
    body: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      claims_supported: [
        'sub',
        'aud',
        'exp',
        'iat',
        'iss',
        'jti',
        'nbf',
        ...Object.keys(defaultClaims),
        'environment',
      ],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    },
  };
}

/** GitHub's OIDC issuer. Discovery answers only under the issuer path that is set. */
export function oidcApi(world: World): ApiDefinition {
  const open = (pattern: string, handle: Route['handle']): Route => ({
    method: 'GET',
    pattern,
    authenticated: false,
    handle,
  });
  const notFound: Reply = { status: 404, body: { message: 'Not Found' } };
  return {
    name: 'oidc',
    routes: [open('/token', (call) => giveToken(world, call))],
    fallback: (call) => {
      const { issuerPath, issuerKey } = identityOf(world);
      if (call.method !== 'GET') return notFound;
      if (call.path === `${issuerPath}/.well-known/openid-configuration`) return discovery(world);
      if (call.path === `${issuerPath}/.well-known/jwks`)
        return { status: 200, body: { keys: [issuerKey.jwk] } };
      return notFound;
    },
  };
}
