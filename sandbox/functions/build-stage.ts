import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../core/state.ts';
import { mayEnd } from '../projects/hold-builds.ts';
import { noted } from '../projects/note-build.ts';
import { build } from '../revisions/build.ts';
import { BuildError } from '../revisions/build-request.ts';
import type { Image } from '../revisions/image.ts';
import { writeBuildLine } from '../run/container-log.ts';
import { buildObstacle } from '../run/obstacles.ts';
import { addBucket, bucketsOf } from '../storage/state.ts';
import { buildConfig, sourceOf, withDefaults } from './config.ts';
import {
  type Change,
  type CloudFunction,
  type FunctionOperation,
  functionState,
  type Json,
  type StoredObject,
} from './model.ts';
import { stage } from './operations.ts';

export interface Built {
  image: Image;
  buildName: string;
  source: StoredObject;
}

/** The build behind each function's last successful deploy. */
const lastBuilds = (world: World) => world.extension('builds', () => new Map<string, Built>());

/** Makes a build the function's own. Call it only after the service runs on that build. */
export function keepBuild(world: World, fn: CloudFunction, built: Built): void {
  lastBuilds(world).set(fn.name, built);
  fn.buildName = built.buildName;
  fn.source = built.source;
  // Cloud Functions makes this bucket with the first build of a region.
  if (!bucketsOf(world).has(built.source.bucket)) addBucket(world, built.source.bucket, fn.location);
  functionState(world).objects.set(`${built.source.bucket}/${built.source.object}`, built.source);
}

/** Builds the uploaded source, or returns the last build if the change does not affect it. Leaves the function untouched. */
export async function buildStage(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  change: Change,
  signal: AbortSignal,
): Promise<Built> {
  const started = Date.now();
  const known = lastBuilds(world).get(fn.name);
  const id = randomUUID();
  const buildName = `projects/${world.projectNumber}/locations/${fn.location}/builds/${id}`;
  const console = `https://console.cloud.google.com/cloud-build/builds;region=${fn.location}/${id}?project=${world.projectNumber}`;
  if (!change.rebuild && known) {
    stage(operation, 'BUILD', { state: 'COMPLETE', message: 'The last build is used again' });
    return known;
  }
  stage(operation, 'BUILD', {
    state: 'IN_PROGRESS',
    message: 'Build in progress',
    resource: buildName,
    resourceUri: console,
  });
  operation.buildName = buildName;
  const full = withDefaults(world, change.config, fn.id);
  const { runtime, entryPoint } = buildConfig(full);
  const obstacle = buildObstacle(world, String(buildConfig(full).serviceAccount ?? ''));
  if (obstacle) throw new BuildError(obstacle);
  const source = keepSource(world, fn, change.config);
  const image = await noted(
    world,
    { id, name: buildName, account: buildConfig(full).serviceAccount, tags: ['fn'] },
    () =>
      build({
        zip: readFileSync(source.file as string),
        folder: join(world.folder, 'workspace', `${fn.id}-${id.slice(0, 8)}`),
        runtime: String(runtime),
        entryPoint: String(entryPoint),
        variables: (buildConfig(full).environmentVariables ?? {}) as Record<string, string>,
        signal,
        onLine: (line) => writeBuildLine(world, id, line),
      }),
  );
  await mayEnd(world);
  const rest = world.settings.buildMs - (Date.now() - started);
  if (rest > 0) await sleep(rest, undefined, { signal });
  stage(operation, 'BUILD', { state: 'COMPLETE', message: 'Build succeeded' });
  return { image, buildName, source };
}

/** Copies the upload to the bucket of sources, as Google does, and points the function's configuration to the copy. */
function keepSource(world: World, fn: CloudFunction, config: Json): StoredObject {
  const uploaded = sourceOf(world, buildConfig(config));
  if (!uploaded?.file)
    throw new BuildError('Build failed with status: FAILURE and message: the source object is gone');
  const bucket = `gcf-v2-sources-${world.projectNumber}-${fn.location}`;
  const object = `${fn.id}/function-source.zip`;
  const generation = String(world.now() * 1000);
  const folder = join(world.folder, 'sources');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fn.id}-${generation}.zip`);
  copyFileSync(uploaded.file, file);
  const stored: StoredObject = { bucket, object, generation, file };
  const source = { storageSource: { bucket, object, generation } };
  config.buildConfig = { ...buildConfig(config), source };
  return stored;
}
