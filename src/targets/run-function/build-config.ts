import { type Json, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import type { Settings } from '../../domain/deploy/settings.ts';
import { changeContainer, type Draft } from '../run/apply.ts';
import { runtimeOf } from '../run/build-config.ts';

/** Where each setting of a build stands in google.cloud.run.v2.BuildConfig. The repository is a part of the image's name. */
const fields: Readonly<Record<string, string>> = {
  'buildConfig.runtime': 'baseImage',
  'buildConfig.entryPoint': 'functionTarget',
  'buildConfig.environmentVariables': 'environmentVariables',
  'buildConfig.serviceAccount': 'serviceAccount',
  'buildConfig.workerPool': 'workerPool',
};
const repository = 'buildConfig.dockerRepository';

/** The settings of a build that Cloud Run has. */
export const buildFields: ReadonlySet<string> = new Set([...Object.keys(fields), repository]);

/** The name of the image that the build makes in a repository (projects/P/locations/L/repositories/R). */
export function imageIn(repositoryName: string, service: string): string {
  const [, project, , location, , name] = repositoryName.split('/');
  return `${location}-docker.pkg.dev/${project}/${name}/${service}`;
}

export interface Built {
  settings: Settings;
  /** The live build configuration. Undefined for a new service. */
  live: JsonObject | undefined;
  /** The name that the image gets. Undefined: it stays. */
  imageUri: string | undefined;
  sourceLocation: string;
}

/** Writes what was set of the build into a draft, and where the source lies. Everything else of the build stays as it is. */
export function applyBuild(draft: Draft, { settings, live, imageUri, sourceLocation }: Built): void {
  const build: JsonObject = { sourceLocation };
  for (const [path, field] of Object.entries(fields)) {
    const value = settings.get(path);
    if (value !== undefined && !isSame(field, live?.[field], value)) build[field] = value;
  }
  if (imageUri !== undefined && imageUri !== live?.imageUri) build.imageUri = imageUri;
  // As gcloud and the Functions API do: security updates of the base image come without a release.
  if (live === undefined) build.enableAutomaticUpdates = true;
  draft.body.buildConfig = build;
  for (const field of Object.keys(build)) draft.mask.add(`buildConfig.${field}`);
  const updates = live === undefined || objectOf(live).enableAutomaticUpdates === true;
  if (build.baseImage !== undefined || imageUri !== undefined)
    changeContainer(draft, (container) => ({
      ...container,
      // Cloud Run puts the image that it builds in this place. A new service must name one.
      ...(container.image === undefined ? { image: imageUri } : {}),
      // Without automatic updates, a revision keeps the base that it was built on.
      ...(build.baseImage !== undefined && (updates || container.baseImageUri !== undefined)
        ? { baseImageUri: build.baseImage }
        : {}),
    }));
}

/** A base image has a short name and a whole one, such as `nodejs24` and `us-central1-docker.pkg.dev/…/runtimes/nodejs24`. */
const isSame = (field: string, live: Json | undefined, wanted: Json): boolean =>
  field === 'baseImage' && runtimeOf(textOf(live)) === runtimeOf(textOf(wanted));
