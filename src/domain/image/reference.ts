/** The name of a container image, as Docker and Cloud Run read it: `[HOST/]PATH[:TAG][@DIGEST]`. */
export interface ImageReference {
  /** `docker.io` if the text names no host. */
  host: string;
  path: string;
  /** `latest` if the text has neither tag nor digest. */
  tag: string | undefined;
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string | undefined;
}

export const digestPattern = /^sha256:[0-9a-f]{64}$/;
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const pathPattern = new RegExp(`^${part}(?:/${part})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const hostPattern =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::\d{1,5})?$/;
const expected =
  'expected an image such as us-central1-docker.pkg.dev/my-project/my-repository/ocr:1.4 or one with @sha256: and a digest';

/** Throws an `Error` that says what is expected. It quotes nothing. */
export function parseImage(text: string): ImageReference {
  const value = text.trim().replace(/^https?:\/\//, '');
  const [named = '', digest, more] = value.split('@');
  if (more !== undefined || (digest !== undefined && !digestPattern.test(digest))) throw new Error(expected);
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const rest = hasHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!pathPattern.test(path) || path.length > 255 || (hasHost && !hostPattern.test(first)))
    throw new Error(expected);
  if (tag !== undefined && !tagPattern.test(tag)) throw new Error(expected);
  const isDocker = !hasHost || /^(?:index\.|registry-1\.)?docker\.io$/.test(first);
  return {
    host: isDocker ? 'docker.io' : first,
    path: isDocker && !path.includes('/') ? `library/${path}` : path,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

export const imageText = ({ host, path, tag, digest }: ImageReference): string =>
  `${host}/${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

/** The image without its tag, which the digest replaces. */
export const withDigest = ({ host, path }: ImageReference, digest: string): string =>
  `${host}/${path}@${digest}`;

/** The digest in the name of an image, if it has one. */
export const digestIn = (image: string | undefined): string | undefined =>
  /@(sha256:[0-9a-f]{64})$/.exec(image ?? '')?.[1];

/**
 * From which registry the image comes. Cloud Run pulls from Artifact Registry, its older address gcr.io, and Docker Hub
 * (cloud.google.com/run/docs/deploying, "Supported container registries and images").
 */
export function registryOf({ host }: ImageReference): 'google' | 'docker' | 'other' {
  if (host === 'docker.io') return 'docker';
  return /^(?:[a-z0-9-]+\.)?(?:pkg\.dev|gcr\.io)$/.test(host) ? 'google' : 'other';
}

/** The repository of Artifact Registry that holds the image. Undefined for another registry. */
export function repositoryOf({
  host,
  path,
}: ImageReference): { project: string; location: string; repository: string } | undefined {
  const location = /^([a-z]+(?:-[a-z]+\d+)?)-docker\.pkg\.dev$/.exec(host)?.[1];
  const [project, repository, image] = path.split('/');
  if (location === undefined || !project || !repository || !image) return undefined;
  return { project, location, repository };
}
