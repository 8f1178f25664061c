import { createHash } from 'node:crypto';
import { notFound } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { registryOf } from '../registry/store.ts';
import { runState } from '../run/model.ts';

/** What a test sets for the images with the key in their address: when they were uploaded (RFC 3339), or that they are deleted. */
type Overrides = Map<string, { uploadTime?: string; deleted?: boolean }>;

const overridesOf = (world: World): Overrides => world.extension('docker-images', () => new Map());

interface DockerImage {
  name: string;
  uri: string;
  tags: string[];
  uploadTime: string;
  mediaType: string;
}

/** Images that were pushed, and those that builds of functions made. The sandbox keeps no layers of the latter. */
function imagesIn(world: World, location: string, repository: string): DockerImage[] {
  const parent = `projects/${world.project}/locations/${location}/repositories/${repository}`;
  const host = `${location}-docker.pkg.dev`;
  const found = new Map<string, DockerImage>();
  const add = (path: string, digest: string, tags: string[], time: number) => {
    const uri = `${host}/${path}@${digest}`;
    const [key, change] = [...overridesOf(world)].find(([part]) => uri.includes(part)) ?? [];
    if (change?.deleted && key !== undefined) return;
    const id = encodeURIComponent(`${path.split('/').slice(2).join('/')}@${digest}`);
    found.set(uri, {
      name: `${parent}/dockerImages/${id}`,
      uri,
      tags,
      uploadTime: change?.uploadTime ?? new Date(time).toISOString(),
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
  };
  const own = `${world.project}/${repository}/`;
  for (const [path, { manifests, tags }] of registryOf(world).repositories) {
    if (!path.startsWith(own)) continue;
    for (const digest of manifests.keys())
      add(
        path,
        digest,
        [...tags].filter(([, to]) => to === digest).map(([tag]) => tag),
        world.now(),
      );
  }
  for (const { revisions } of runState(world).services.values())
    for (const { settings, createTime } of revisions.values()) {
      const [, path = '', tag] = /^[^/]+\/(.+):([\w.-]+)$/.exec(settings.image) ?? [];
      if (tag === undefined || !path.startsWith(own) || !settings.image.startsWith(host)) continue;
      const digest = `sha256:${createHash('sha256').update(settings.image).digest('hex')}`;
      add(path, digest, [tag], createTime);
    }
  return [...found.values()];
}

/** The images of Artifact Registry v1 (google/devtools/artifactregistry/v1/artifact.proto), and what tests change of repositories and images. */
export function dockerImagesApi(world: World): ApiDefinition {
  addSetting(world, 'registryImages', (value) => {
    for (const [key, change] of Object.entries((value ?? {}) as Record<string, object>))
      overridesOf(world).set(key, change);
  });
  addSetting(world, 'repositories', (value) => {
    const { created } = registryOf(world);
    for (const [key, fields] of Object.entries((value ?? {}) as Record<string, object>))
      created.set(key, { ...created.get(key), ...fields });
  });
  return {
    name: 'artifactregistry',
    routes: [
      {
        method: 'GET',
        pattern: '/v1/projects/:project/locations/:location/repositories/:repository/dockerImages',
        handle: (call, { location = '', repository = '' }) => {
          requirePermission(
            world,
            call.principal,
            'artifactregistry.dockerimages.list',
            projectResource(world),
          );
          if (!registryOf(world).created.has(`${location}/${repository}`))
            throw notFound('Requested entity was not found.');
          const dockerImages = imagesIn(world, location, repository);
          return { status: 200, body: dockerImages.length > 0 ? { dockerImages } : {} };
        },
      },
    ],
  };
}
