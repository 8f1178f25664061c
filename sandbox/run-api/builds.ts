import { randomUUID } from 'node:crypto';
import { invalidArgument } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { buildOperation } from '../projects/build-operations.ts';
import { projectsOf } from '../projects/state.ts';
import { requireActAs } from '../run-deploy/access.ts';
import { buildSource } from '../run-deploy/build.ts';
import { runtimeOf } from '../run-deploy/runtime.ts';

const REQUEST = 'google.cloud.run.v2.SubmitBuildRequest';

interface Submitted {
  storageSource?: { bucket: string; object: string; generation?: string };
  imageUri?: string;
  buildpackBuild?: {
    functionTarget?: string;
    baseImage?: string;
    environmentVariables?: Record<string, string>;
    enableAutomaticUpdates?: boolean;
  };
  dockerBuild?: object;
  serviceAccount?: string;
  tags?: string[];
}

/** The full name of a base image, which a client may give as `nodejs22`. */
const rectified = (world: World, location: string, baseImage: string): string =>
  baseImage.includes('/')
    ? baseImage
    : `${location || world.region}-docker.pkg.dev/serverless-runtimes/google-22/runtimes/${runtimeOf(baseImage)}`;

/** google.cloud.run.v2.Builds.SubmitBuild: a build of Cloud Build for a source that lies in Cloud Storage. */
function submit(world: World, call: Call, params: Record<string, string>): Reply {
  const body = checkMessage('run', REQUEST, call.json()) as Submitted;
  const { location = '' } = params;
  const { storageSource, imageUri, buildpackBuild: pack, dockerBuild, tags = [] } = body;
  if (!storageSource?.bucket || !storageSource.object)
    throw invalidArgument('storage_source: bucket and object are required.');
  if (!imageUri) throw invalidArgument('image_uri: required field not present.');
  if (!pack && !dockerBuild) throw invalidArgument('build_type: required field not present.');
  requirePermission(world, call.principal, 'cloudbuild.builds.create', projectOf(params));
  const account = body.serviceAccount?.split('/').pop();
  if (account) requireActAs(world, call, account);
  const id = randomUUID();
  const { bucket, object, generation } = storageSource;
  const service = tags.find((tag) => tag.startsWith('service_'))?.slice(8) ?? 'source';
  const config = {
    sourceLocation: `gs://${bucket}/${object}${generation ? `#${generation}` : ''}`,
    imageUri,
    ...(pack?.functionTarget ? { functionTarget: pack.functionTarget } : {}),
    ...(pack?.baseImage ? { baseImage: pack.baseImage } : {}),
    environmentVariables: pack?.environmentVariables ?? {},
    ...(body.serviceAccount ? { serviceAccount: body.serviceAccount } : {}),
    dockerfile: dockerBuild !== undefined,
  };
  // The failure is in the build, where every client looks for it.
  buildSource(world, { location, service }, config, id).catch(() => undefined);
  const build = projectsOf(world).builds.get(id) ?? {};
  const baseImage = pack?.baseImage && rectified(world, location, pack.baseImage);
  return {
    status: 200,
    body: {
      buildOperation: buildOperation(world, build),
      ...(baseImage ? { baseImageUri: baseImage } : {}),
    },
  };
}

export const buildRoutes = (world: World): Route[] => [
  {
    method: 'POST',
    pattern: '/v2/projects/:project/locations/:location/builds:submit',
    handle: (call, params) => submit(world, call, params),
  },
];
