import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../core/state.ts';
import { mayEnd } from '../projects/hold-builds.ts';
import { noted } from '../projects/note-build.ts';
import { parseReference, withDigest } from '../registry/index.ts';
import { pushBuilt } from '../registry/pull.ts';
import { build } from '../revisions/build.ts';
import { BuildError } from '../revisions/build-request.ts';
import type { Image } from '../revisions/image.ts';
import { readZip } from '../revisions/zip.ts';
import { writeBuildLine } from '../run/container-log.ts';
import { buildObstacle } from '../run/obstacles.ts';
import { objectsOf } from '../storage/state.ts';
import { type BuildConfig, SOURCE } from './build-config.ts';
import { stopSignal } from './roll-out.ts';
import { runtimeOf } from './runtime.ts';
import { defaultAccount } from './template.ts';

export interface Made {
  image: Image;
  /** The image by digest, in the repository that the build was asked to push to. */
  reference: string;
  digest: string;
  /** projects/NUMBER/locations/L/builds/ID */
  name: string;
}

/** The runtime that a base image names. There are also base images for any language, such as `google-22/run`. */
function languageOf(baseImage = ''): string | undefined {
  const runtime = runtimeOf(baseImage);
  return /^[a-z]+\d+$/.test(runtime) ? runtime : undefined;
}

/** Google's buildpacks look at the source if nobody names a runtime. */
function detect(zip: Buffer): string {
  const names = new Set(readZip(zip).map(({ path }) => path));
  if (names.has('package.json') || names.has('index.js')) return 'nodejs24';
  if (names.has('requirements.txt') || names.has('main.py')) return 'python313';
  return names.has('sandbox.json') ? 'nodejs24' : 'unknown';
}

/** The uploaded source. An object that a newer upload has replaced is gone if the location names its generation. */
function sourceOf(world: World, location: string): Buffer {
  const [, bucket = '', object = '', generation] = SOURCE.exec(location) ?? [];
  const stored = objectsOf(world).get(`${bucket}/${object}`);
  if (!stored?.file || (generation !== undefined && generation !== stored.generation))
    throw new BuildError(
      `Build failed with status: FAILURE and message: could not fetch source: No such object: ${bucket}/${object}`,
    );
  return readFileSync(stored.file);
}

/** The source as Cloud Build shows it. */
function shownSource(location = ''): unknown {
  const [, bucket, object, generation] = SOURCE.exec(location) ?? [];
  return { storageSource: { bucket, object, ...(generation ? { generation } : {}) } };
}

/**
 * Builds the source of a Cloud Run service as Cloud Build does, and pushes the image. Throws BuildError if the source is to
 * blame or the build account may not build.
 * @param id of the build, where a caller has announced it already
 */
export async function buildSource(
  world: World,
  place: { location: string; service: string },
  config: BuildConfig,
  id = randomUUID() as string,
): Promise<Made> {
  const started = Date.now();
  const name = `projects/${world.projectNumber}/locations/${place.location}/builds/${id}`;
  const account =
    config.serviceAccount ?? `projects/${world.project}/serviceAccounts/${defaultAccount(world)}`;
  const target =
    config.imageUri ||
    `${place.location}-docker.pkg.dev/${world.project}/cloud-run-source-deploy/${place.service}`;
  const signal = stopSignal(world);
  const line = (text: string) => writeBuildLine(world, id, text);
  const work = async (): Promise<Made> => {
    const obstacle = buildObstacle(world, account);
    await mayEnd(world);
    if (obstacle) throw new BuildError(obstacle);
    const zip = sourceOf(world, config.sourceLocation ?? '');
    if (config.dockerfile)
      throw new BuildError(
        'Build failed with status: FAILURE and message: this sandbox has no Docker and builds no Dockerfile; push an image with a client instead',
      );
    const image = await build({
      zip,
      folder: join(world.folder, 'workspace', `${place.service}-${id.slice(0, 8)}`),
      runtime: languageOf(config.baseImage) ?? detect(zip),
      entryPoint: config.functionTarget ?? '',
      variables: config.environmentVariables ?? {},
      signal,
      onLine: line,
    });
    const rest = world.settings.buildMs - (Date.now() - started);
    if (rest > 0) await sleep(rest, undefined, { signal });
    const digest = pushBuilt(world, target, image, {
      'google.source': config.sourceLocation ?? '',
      build: id,
    });
    const reference = parseReference(target);
    return { image, digest, name, reference: reference ? withDigest(reference, digest) : target };
  };
  try {
    return await noted(
      world,
      { id, name, account, tags: [`service_${place.service}`], source: shownSource(config.sourceLocation) },
      work,
      ({ digest }) => ({
        images: [{ name: target, digest }],
      }),
    );
  } catch (error) {
    for (const text of (error as Error).message.split('\n')) writeBuildLine(world, id, text, 'ERROR');
    throw error;
  }
}
