import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { authorize } from './access.ts';
import { RegistryError } from './errors.ts';
import { DIGEST } from './reference.ts';
import { type Manifest, registryOf } from './store.ts';

type Json = Record<string, unknown>;
type Params = Record<string, string>;

export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const indexes = new Set([INDEX, 'application/vnd.docker.distribution.manifest.list.v2+json']);
const manifests = new Set([MANIFEST, 'application/vnd.docker.distribution.manifest.v2+json']);

export const isIndex = (mediaType: string): boolean => indexes.has(mediaType);

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string; variant?: string };
}

export const parseManifest = ({ body }: Manifest): Json => JSON.parse(body.toString('utf8')) as Json;

/** Manifests, tags and referrers (OCI distribution specification 1.1). */
export function manifestRoutes(world: World, guard: (route: Route) => Route): Route[] {
  const store = registryOf(world);
  const read = (call: Call, { path = '', reference = '' }: Params): Reply => {
    authorize(world, call, path, 'downloadArtifacts');
    const found = store.manifest(path, reference);
    if (!found)
      throw new RegistryError('MANIFEST_UNKNOWN', `Failed to fetch "${reference}" from repository "${path}"`);
    const { digest, manifest } = found;
    const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': digest };
    return { status: 200, headers, body: manifest.body };
  };
  const write = (call: Call, { path = '', reference = '' }: Params): Reply => {
    authorize(world, call, path, 'uploadArtifacts');
    const manifest = checked(path, call);
    const byDigest = reference.includes(':');
    const digest = store.addManifest(path, manifest, byDigest ? undefined : reference);
    if (byDigest && digest !== reference)
      throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content');
    const subject = (parseManifest(manifest).subject as Descriptor | undefined)?.digest;
    return {
      status: 201,
      headers: {
        location: `/v2/${path}/manifests/${digest}`,
        'docker-content-digest': digest,
        ...(subject ? { 'oci-subject': subject } : {}),
      },
    };
  };
  /** Refuses a manifest whose parts were not pushed before it. */
  function checked(path: string, call: Call): Manifest {
    const mediaType = (call.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const invalid = (why: string) => new RegistryError('MANIFEST_INVALID', `manifest invalid: ${why}`);
    let body: Json;
    try {
      body = call.json();
    } catch {
      throw invalid('it is not a JSON object');
    }
    if (!indexes.has(mediaType) && !manifests.has(mediaType))
      throw invalid(`unknown media type '${mediaType}'`);
    if (body.schemaVersion !== 2) throw invalid('schemaVersion must be 2');
    const parts = indexes.has(mediaType)
      ? ((body.manifests ?? []) as Descriptor[])
      : [body.config as Descriptor, ...((body.layers ?? []) as Descriptor[])];
    const repository = store.repository(path);
    const missing = parts.find(
      (part) =>
        !(indexes.has(mediaType)
          ? repository.manifests.has(part?.digest)
          : repository.blobs.has(part?.digest)),
    );
    if (parts.length > 0 && missing === undefined) return { mediaType, body: call.body };
    throw new RegistryError(
      'MANIFEST_BLOB_UNKNOWN',
      `${missing?.digest ?? 'config'} is unknown to the registry`,
    );
  }
  const remove = (call: Call, { path = '', reference = '' }: Params): Reply => {
    authorize(world, call, path, 'deleteArtifacts');
    const repository = store.repository(path);
    if (!store.manifest(path, reference)) throw new RegistryError('MANIFEST_UNKNOWN', 'manifest unknown');
    if (!reference.includes(':')) repository.tags.delete(reference);
    else {
      repository.manifests.delete(reference);
      for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag);
    }
    return { status: 202 };
  };
  const tags = (call: Call, { path = '' }: Params): Reply => {
    authorize(world, call, path, 'downloadArtifacts');
    const repository = store.repositories.get(path);
    if (!repository)
      throw new RegistryError('NAME_UNKNOWN', `repository name not known to registry: ${path}`);
    const all = [...repository.tags.keys()].sort().filter((tag) => tag > (call.query.get('last') ?? ''));
    const size = Number(call.query.get('n') ?? all.length);
    const shown = all.slice(0, size);
    const more = all.length > shown.length && shown.length > 0;
    const link = `</v2/${path}/tags/list?n=${size}&last=${shown.at(-1)}>; rel="next"`;
    return { status: 200, ...(more ? { headers: { link } } : {}), body: { name: path, tags: shown } };
  };
  const referrers = (call: Call, { path = '', digest = '' }: Params): Reply => {
    authorize(world, call, path, 'downloadArtifacts');
    if (!DIGEST.test(digest)) throw new RegistryError('DIGEST_INVALID', `'${digest}' is no sha256 digest`);
    const found = [...(store.repositories.get(path)?.manifests ?? [])].flatMap(([own, manifest]) => {
      const { subject, artifactType, annotations } = parseManifest(manifest);
      const fits = (subject as Descriptor | undefined)?.digest === digest;
      const { mediaType, body } = manifest;
      return fits ? [{ mediaType, digest: own, size: body.length, artifactType, annotations }] : [];
    });
    const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: found });
    return { status: 200, headers: { 'content-type': INDEX }, body };
  };
  const one = '/v2/:path*/manifests/:reference*';
  return [
    { method: 'GET', pattern: one, handle: read },
    { method: 'HEAD', pattern: one, handle: read },
    { method: 'PUT', pattern: one, handle: write },
    { method: 'DELETE', pattern: one, handle: remove },
    { method: 'GET', pattern: '/v2/:path*/tags/list', handle: tags },
    { method: 'GET', pattern: '/v2/:path*/referrers/:digest*', handle: referrers },
  ].map(guard);
}
