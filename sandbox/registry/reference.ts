import type { World } from '../core/state.ts';

/** `[HOST/]REPOSITORY[:TAG][@DIGEST]`, as Docker and Cloud Run read it. Without a tag and a digest it means `latest`. */
export interface Reference {
  /** `us-central1-docker.pkg.dev`, or the address of the sandbox's own registry. */
  host: string;
  /** The path in the registry: `PROJECT/REPOSITORY/IMAGE`. */
  path: string;
  tag: string | undefined;
  digest: string | undefined;
}

export const DIGEST = /^sha256:[0-9a-f]{64}$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Undefined if the text is no reference to an image (github.com/distribution/reference, reference grammar). */
export function parseReference(text: string): Reference | undefined {
  const [named = '', digest, more] = text.split('@');
  if (more !== undefined || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const rest = hasHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!PATH.test(path) || (tag !== undefined && !TAG.test(tag))) return undefined;
  return {
    host: hasHost ? first : 'docker.io',
    path,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

/** The image without its tag, which a digest replaces. */
export const withDigest = ({ host, path }: Reference, digest: string): string => `${host}/${path}@${digest}`;

/** The address of the sandbox's registry, as it stands in the name of an image. */
export const registryHost = (world: World): string =>
  (world.urls.get('registry') ?? '').replace(/^https?:\/\//, '');

const LOCATION = /^([a-z]+(?:-[a-z]+\d+)?)-docker\.pkg\.dev$/;

/** Artifact Registry's hosts and the sandbox's own address lead to the same images. Others are out of its reach. */
export const isServed = (world: World, { host }: Reference): boolean =>
  host === registryHost(world) || LOCATION.test(host);

/** The repository of Artifact Registry that holds the image, as a full resource name. */
export function repositoryResource(world: World, host: string, path: string): string {
  const location = LOCATION.exec(host)?.[1] ?? world.region;
  const [project = '', repository = ''] = path.split('/');
  return `//artifactregistry.googleapis.com/projects/${project}/locations/${location}/repositories/${repository}`;
}
