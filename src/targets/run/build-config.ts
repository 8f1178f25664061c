import { type JsonObject, objectOf, textMapOf, textOf } from '../../domain/data/json.ts';

/** google.cloud.run.v2.BuildConfig, by the paths that the inputs' settings have. */

/** The runtime that a base image is made for: `nodejs24`, or the end of the image's whole name. */
export const runtimeOf = (baseImage: string | undefined): string | undefined =>
  baseImage
    ?.split('/')
    .pop()
    ?.replace(/[:@].*$/, '') || undefined;

const repositoryPattern = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\//;

/** The repository of an image in Artifact Registry: projects/P/locations/L/repositories/R. */
export function repositoryOf(image: string | undefined): string | undefined {
  const [, location, project, name] = repositoryPattern.exec(image ?? '') ?? [];
  return name === undefined ? undefined : `projects/${project}/locations/${location}/repositories/${name}`;
}

/** Undefined for a service that Cloud Run does not build. */
export function buildConfigOf(raw: JsonObject): JsonObject | undefined {
  if (raw.buildConfig === undefined) return undefined;
  const build = objectOf(raw.buildConfig);
  return {
    runtime: runtimeOf(textOf(build.baseImage)),
    entryPoint: textOf(build.functionTarget),
    environmentVariables: textMapOf(build.environmentVariables),
    serviceAccount: textOf(build.serviceAccount),
    workerPool: textOf(build.workerPool),
    dockerRepository: repositoryOf(textOf(build.imageUri)),
  };
}
