/** Where the source of a Cloud Run function lies: gs://BUCKET/OBJECT, with #GENERATION if it names one upload. */
export interface SourcePlace {
  bucket: string;
  object: string;
  generation?: string | undefined;
}

export function parseSource(location: string | undefined): SourcePlace | undefined {
  const [, bucket, object, generation] = /^gs:\/\/([^/]+)\/([^#]+)(?:#(\d+))?$/.exec(location ?? '') ?? [];
  return bucket === undefined || object === undefined ? undefined : { bucket, object, generation };
}

/** The bucket of a project for the sources of Cloud Run, as gcloud names it. `google` may not occur in the name of a bucket. */
export const bucketName = (project: string, region: string): string =>
  `run-sources-${project.replace(/[:.]/g, '_').replaceAll('google', 'elgoog')}-${region}`;

/** The name of an upload. It has the digest of the source, so that the service itself shows what is built. `id` is unique. */
export const uploadName = (service: string, sha256: string, id: string): string =>
  `services/${service}/${sha256}-${id}.zip`;

/** The digest in the name of an upload. Undefined if another tool has uploaded the source. */
export const digestIn = (location: string | undefined): string | undefined =>
  /^services\/[^/]+\/([0-9a-f]{64})-[^/]+\.zip$/.exec(parseSource(location)?.object ?? '')?.[1];

/** True if the Functions API has uploaded this source: its buckets are named so, with the number of the project behind. */
export const isFunctionsSource = (location: string | undefined): boolean =>
  /^gcf-v2-sources-/.test(parseSource(location)?.bucket ?? '');
