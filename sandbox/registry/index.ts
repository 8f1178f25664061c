import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply, Route } from '../core/types.ts';
import { authorize, requireCaller, tokenReply } from './access.ts';
import { RegistryError } from './errors.ts';
import { manifestRoutes } from './manifests.ts';
import { repositoryRoutes } from './repositories.ts';
import { registryOf } from './store.ts';
import { uploadRoutes } from './uploads.ts';

export { parseReference, type Reference, registryHost, withDigest } from './reference.ts';
export { digestOf, registryOf } from './store.ts';

const version = { 'docker-distribution-api-version': 'registry/2.0' };

/** Every route answers a RegistryError as the specification says, and takes its credential itself. */
const guard = (route: Route): Route => ({
  ...route,
  authenticated: false,
  handle: async (call, params) => {
    try {
      const reply = await route.handle(call, params);
      return { ...reply, headers: { ...version, ...reply.headers } };
    } catch (error) {
      if (error instanceof RegistryError) return error.reply;
      throw error;
    }
  },
});

/**
 * A registry of container images that speaks the OCI distribution API, version 2 (github.com/opencontainers/distribution-spec),
 * with the permissions and the login of Artifact Registry. Two repositories exist: that of the functions' builds, and one for images.
 * It answers under its own address and, behind the sandbox's proxy,
 * as `REGION-docker.pkg.dev`.
 */
export function registryApis(world: World): ApiDefinition[] {
  const store = registryOf(world);
  store.created.set(`${world.region}/gcf-artifacts`, {
    format: 'DOCKER',
    description: 'Created by Cloud Functions',
  });
  store.created.set(`${world.region}/containers`, { format: 'DOCKER' });
  const blob = (call: Call, { path = '', digest = '' }: Record<string, string>): Reply => {
    authorize(world, call, path, 'downloadArtifacts');
    const body = store.blob(path, digest);
    if (!body) throw new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry');
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': digest },
      body,
    };
  };
  const plain: Route[] = [
    {
      method: 'GET',
      pattern: '/v2/',
      handle: (call) => {
        requireCaller(world, call);
        return { status: 200, body: {} };
      },
    },
    { method: 'GET', pattern: '/v2/token', handle: (call) => tokenReply(world, call) },
    { method: 'GET', pattern: '/v2/:path*/blobs/:digest*', handle: blob },
    { method: 'HEAD', pattern: '/v2/:path*/blobs/:digest*', handle: blob },
  ];
  world.views.set('images', () =>
    [...store.repositories].map(([name, { tags, manifests }]) => ({
      name,
      tags: Object.fromEntries(tags),
      digests: [...manifests.keys()],
    })),
  );
  return [
    { name: 'artifactregistry', routes: repositoryRoutes(world) },
    {
      name: 'registry',
      maxBodyBytes: 600 * 1024 * 1024,
      routes: [...uploadRoutes(world, guard), ...manifestRoutes(world, guard), ...plain.map(guard)],
      fallback: () => new RegistryError('UNSUPPORTED', 'The operation is unsupported.').reply,
    },
  ];
}
