import { type JsonObject, listOf, objectOf, textOf } from '../data/json.ts';

/** Reads the manifests of the OCI image specification and of Docker's registry, version 2. */

export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** What Cloud Run runs (cloud.google.com/run/docs/container-contract, "Languages"). */
export const runnable = 'linux/amd64';

const platformText = (platform: JsonObject): string =>
  `${textOf(platform.os) ?? 'unknown'}/${textOf(platform.architecture) ?? 'unknown'}${textOf(platform.variant) ? `/${textOf(platform.variant)}` : ''}`;

/** The platforms of an index. Undefined for the manifest of one image. Signatures and attestations have none. */
export function platformsIn(manifest: JsonObject): string[] | undefined {
  if (!Array.isArray(manifest.manifests)) return undefined;
  const texts = listOf(manifest.manifests).map((item) => platformText(objectOf(objectOf(item).platform)));
  return [...new Set(texts.filter((text) => text !== 'unknown/unknown'))];
}

/** The digest of the configuration of one image. */
export const configDigestIn = (manifest: JsonObject): string | undefined =>
  textOf(objectOf(manifest.config).digest);

/** The platform in the configuration of one image. Undefined if it does not say. */
export function platformOf(config: JsonObject): string | undefined {
  const text = platformText(config);
  return text.includes('unknown') ? undefined : text;
}
