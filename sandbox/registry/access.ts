import { can, canonical } from '../core/iam.ts';
import { anonymous } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Call, Principal, Reply } from '../core/types.ts';
import { RegistryError } from './errors.ts';
import { registryHost, repositoryResource } from './reference.ts';
import { registryOf } from './store.ts';

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** The caller's principal. Undefined if the request has no credential; `bad` if it has one that is no good. */
function callerOf(world: World, header: string | undefined): Principal | 'bad' | undefined {
  if (!header) return undefined;
  const [, scheme = '', value = ''] = /^(\w+)\s+(\S+)$/.exec(header) ?? [];
  let token = value;
  if (/^basic$/i.test(scheme)) {
    const [user, ...password] = Buffer.from(value, 'base64').toString().split(':');
    // The name that a client gives with an access token (cloud.google.com/artifact-registry/docs/docker/authentication).
    if (user !== 'oauth2accesstoken') return 'bad';
    token = password.join(':').trim();
  } else if (!/^bearer$/i.test(scheme)) return 'bad';
  const found = world.tokens.lookup(token);
  return typeof found === 'string' ? 'bad' : found.principal;
}

const hostOf = (world: World, call: Call) => call.headers.host ?? registryHost(world);

/** Where a client gets a token, as the challenge of RFC 6750 that registries send. */
function challenge(world: World, call: Call): Record<string, string> {
  const host = hostOf(world, call);
  const base = world.names && /pkg\.dev$/.test(host) ? `https://${host}` : `http://${registryHost(world)}`;
  const scope = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(call.path)?.[1];
  const actions = /^(?:GET|HEAD)$/.test(call.method) ? 'pull' : 'pull,push';
  const wanted = scope ? `,scope="repository:${scope}:${actions}"` : '';
  return { 'www-authenticate': `Bearer realm="${base}/v2/token",service="${host}"${wanted}` };
}

/** The caller, who needs a credential even for what everyone may read. The registry then gives a token to anyone. */
export function requireCaller(world: World, call: Call): Principal {
  const caller = callerOf(world, call.headers.authorization);
  if (caller === undefined || caller === 'bad')
    throw new RegistryError(
      'UNAUTHORIZED',
      'authentication failed: the request needs a bearer token or an access token',
      challenge(world, call),
    );
  return caller;
}

/** `GET /v2/token`: the exchange of an access token, or of nothing, for a token of the registry. */
export function tokenReply(world: World, call: Call): Reply {
  const caller = callerOf(world, call.headers.authorization) ?? anonymous;
  if (caller === 'bad') throw new RegistryError('UNAUTHORIZED', 'authentication failed');
  const expires = world.now() + 3600_000;
  const token = world.tokens.issue({ principal: caller, scopes: [cloudPlatform], expires }, 'ya29.c.');
  return {
    status: 200,
    body: { token, access_token: token, expires_in: 3600, issued_at: new Date(world.now()).toISOString() },
  };
}

type Permission = 'downloadArtifacts' | 'uploadArtifacts' | 'deleteArtifacts';

/** True if the principal may do that with the repository that holds the image. */
export const mayUse = (
  world: World,
  principal: Principal,
  host: string,
  path: string,
  permission: Permission,
) =>
  can(world, principal, `artifactregistry.repositories.${permission}`, repositoryResource(world, host, path));

/** The sentence of Artifact Registry's 403. */
export function deniedSentence(world: World, host: string, path: string, permission: Permission): string {
  const resource = canonical(world, repositoryResource(world, host, path)).replace(/^\/\/[^/]+\//, '');
  return `Permission "artifactregistry.repositories.${permission}" denied on resource "${resource}" (or it may not exist)`;
}

/** Checks the caller's permission first and then whether the repository exists, so that a stranger cannot find out. */
export function authorize(world: World, call: Call, path: string, permission: Permission): void {
  const caller = requireCaller(world, call);
  const host = hostOf(world, call);
  if (!mayUse(world, caller, host, path, permission)) {
    const sentence = deniedSentence(world, host, path, permission);
    throw new RegistryError(
      'DENIED',
      caller.member === anonymous.member ? `Unauthenticated request. ${sentence}` : sentence,
    );
  }
  const [project = '', repository = ''] = path.split('/');
  if (path.split('/').length < 3)
    throw new RegistryError('NAME_INVALID', 'Expected PROJECT/REPOSITORY/IMAGE as the name of the image.');
  const own = project === world.project || project === world.projectNumber;
  const location = /locations\/([^/]+)/.exec(repositoryResource(world, host, path))?.[1];
  if (own && !registryOf(world).created.has(`${location}/${repository}`))
    throw new RegistryError('NAME_UNKNOWN', `Repository "${repository}" not found`);
}
