import { createHash } from 'node:crypto';
import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ImageAnswer } from '../../domain/image/image.ts';
import {
  configDigestIn,
  manifestTypes,
  platformOf,
  platformsIn,
  runnable,
} from '../../domain/image/manifest.ts';
import {
  digestPattern,
  type ImageReference,
  imageText,
  parseImage,
  registryOf,
  repositoryOf,
  withDigest,
} from '../../domain/image/reference.ts';
import type { HttpResponse } from '../../http/send.ts';
import type { Images } from '../../steps/ports/images.ts';
import { anonymousToken } from './anonymous.ts';
import { ask, type RegistryOptions } from './ask.ts';

/** Reads manifests by the OCI distribution specification, version 1.1. */
export function createImages(options: RegistryOptions): Images {
  const known = new Map<string, Promise<ImageAnswer>>();
  return {
    resolve(image, signal) {
      const found = known.get(image) ?? resolve(options, image, signal);
      known.set(image, found);
      // A registry that could not be reached is asked again.
      found.catch(() => known.delete(image));
      return found;
    },
  };
}

/** A connection to one registry, with the credential that it takes. */
interface Registry {
  base: string;
  headers: Record<string, string>;
}

const isLoopback = (host: string) => /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(host);

async function resolve(
  options: RegistryOptions,
  text: string,
  signal: AbortSignal | undefined,
): Promise<ImageAnswer> {
  const reference = parseImage(text);
  const image = imageText(reference);
  const { host, path, tag, digest } = reference;
  const local = options.endpoints.loopback && isLoopback(host);
  const kind = local ? 'google' : registryOf(reference);
  if (kind === 'other') return { ok: false, problem: { problem: 'registry', image, host } };
  const base = `${local ? 'http' : 'https'}://${kind === 'docker' ? 'registry-1.docker.io' : host}/v2/${path}`;
  const headers: Record<string, string> =
    kind === 'google' ? { authorization: `Bearer ${await options.accessToken(signal)}` } : {};
  const registry: Registry = { base, headers };
  const answer = await manifest(options, registry, digest ?? tag ?? 'latest', kind === 'docker', signal);
  if (answer.status === 401 || answer.status === 403)
    return { ok: false, problem: { problem: 'denied', image, host, repository: repositoryOf(reference) } };
  if (answer.status === 404)
    return { ok: false, problem: { problem: 'absent', image, by: digest === undefined ? 'tag' : 'digest' } };
  if (answer.status !== 200)
    throw new ReleaseError('remote-error', {
      what: `The registry ${host} answered ${answer.status} for ${image}.`,
    });
  const found = digestOf(reference, answer);
  const has = await platforms(options, registry, jsonOf(answer, image), signal);
  if (has !== undefined && !has.includes(runnable))
    return { ok: false, problem: { problem: 'platform', image, has } };
  return { ok: true, image: { asked: text, image: withDigest(reference, found), digest: found } };
}

async function manifest(
  options: RegistryOptions,
  registry: Registry,
  reference: string,
  anonymous: boolean,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const url = `${registry.base}/manifests/${reference}`;
  const accept = { accept: manifestTypes.join(', ') };
  const answer = await ask(options, url, { ...registry.headers, ...accept }, signal);
  if (answer.status !== 401 || !anonymous) return answer;
  const token = await anonymousToken(options, answer.headers['www-authenticate'], signal);
  if (token === undefined) return answer;
  registry.headers = { authorization: `Bearer ${token}` };
  return ask(options, url, { ...registry.headers, ...accept }, signal);
}

/** The digest is computed, so that no answer on the way can name another one. */
function digestOf({ host, digest: asked }: ImageReference, answer: HttpResponse): string {
  const digest = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
  const named = answer.headers['docker-content-digest'];
  const differs = (other: string | undefined) => other !== undefined && other !== digest;
  if (differs(asked) || (named !== undefined && digestPattern.test(named) && differs(named)))
    throw new ReleaseError('response-malformed', {
      what: `The registry ${host} sent a manifest that does not have the digest ${asked ?? named}.`,
    });
  return digest;
}

function jsonOf(answer: HttpResponse, image: string): JsonObject {
  try {
    return objectOf(JSON.parse(answer.body.toString('utf8')));
  } catch (cause) {
    throw new ReleaseError('response-malformed', { what: `The manifest of ${image} is not JSON.`, cause });
  }
}

/** The platforms of the image. Undefined if that cannot be read: then Cloud Run decides. */
async function platforms(
  options: RegistryOptions,
  { base, headers }: Registry,
  content: JsonObject,
  signal: AbortSignal | undefined,
): Promise<string[] | undefined> {
  const many = platformsIn(content);
  if (many !== undefined) return many;
  const digest = configDigestIn(content);
  if (digest === undefined || !digestPattern.test(digest)) return undefined;
  try {
    let answer = await ask(options, `${base}/blobs/${digest}`, headers, signal);
    // Registries keep blobs elsewhere. The address is signed, so it must not get the credential as well.
    const { location } = answer.headers;
    if ([302, 303, 307].includes(answer.status) && location !== undefined)
      answer = await ask(options, new URL(location, base).href, {}, signal);
    const one = answer.status === 200 ? platformOf(jsonOf(answer, base)) : undefined;
    return one === undefined ? undefined : [one];
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}
