import { randomUUID } from 'node:crypto';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { authorize } from './access.ts';
import { RegistryError } from './errors.ts';
import { DIGEST } from './reference.ts';
import { digestOf, registryOf } from './store.ts';

type Params = Record<string, string>;

/**
 * Uploads of blobs (OCI distribution specification 1.1, "Pushing blobs"): in one request, in two, in chunks, or as a mount
 * from another repository.
 */
export function uploadRoutes(world: World, guard: (route: Route) => Route): Route[] {
  const store = registryOf(world);
  const base = '/v2/:path*/blobs/uploads/';
  const stored = (path: string, digest: string): Reply => ({
    status: 201,
    headers: { location: `/v2/${path}/blobs/${digest}`, 'docker-content-digest': digest },
  });
  const accepted = (path: string, id: string, size: number, status = 202): Reply => ({
    status,
    headers: {
      location: `/v2/${path}/blobs/uploads/${id}`,
      'docker-upload-uuid': id,
      range: `0-${Math.max(0, size - 1)}`,
    },
  });
  const keep = (path: string, digest: string, data: Buffer): Reply => {
    if (!DIGEST.test(digest)) throw new RegistryError('DIGEST_INVALID', `'${digest}' is no sha256 digest`);
    if (digestOf(data) !== digest)
      throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content');
    return stored(path, store.addBlob(path, data));
  };
  const begin = (call: Call, { path = '' }: Params): Reply => {
    authorize(world, call, path, 'uploadArtifacts');
    const digest = call.query.get('digest');
    if (digest) return keep(path, digest, call.body);
    const mount = call.query.get('mount');
    const from = call.query.get('from');
    if (mount && from && store.repositories.get(from)?.blobs.has(mount)) {
      authorize(world, call, from, 'downloadArtifacts');
      store.repository(path).blobs.add(mount);
      return stored(path, mount);
    }
    const id = randomUUID();
    store.uploads.set(id, { path, parts: [], size: 0 });
    return accepted(path, id, 0);
  };
  const find = (call: Call, { path = '', id = '' }: Params) => {
    authorize(world, call, path, 'uploadArtifacts');
    const upload = store.uploads.get(id);
    if (upload?.path !== path)
      throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    return { id, path, upload };
  };
  const append = (call: Call, upload: { parts: Buffer[]; size: number }): void => {
    const range = /^(?:bytes )?(\d+)-(\d+)/.exec(call.headers['content-range'] ?? '');
    const wrong =
      range &&
      (Number(range[1]) !== upload.size || Number(range[2]) - Number(range[1]) + 1 !== call.body.length);
    if (wrong) throw new RegistryError('BLOB_UPLOAD_INVALID', 'the chunk does not follow the one before');
    upload.parts.push(call.body);
    upload.size += call.body.length;
  };
  const routes: Route[] = [
    { method: 'POST', pattern: base, handle: begin },
    { method: 'POST', pattern: '/v2/:path*/blobs/uploads', handle: begin },
    {
      method: 'GET',
      pattern: `${base}:id`,
      handle: (call, params) => {
        const { path, id, upload } = find(call, params);
        return accepted(path, id, upload.size, 204);
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}:id`,
      handle: (call, params) => {
        const { path, id, upload } = find(call, params);
        append(call, upload);
        return accepted(path, id, upload.size);
      },
    },
    {
      method: 'PUT',
      pattern: `${base}:id`,
      handle: (call, params) => {
        const { path, id, upload } = find(call, params);
        if (call.body.length > 0) append(call, upload);
        const reply = keep(path, call.query.get('digest') ?? '', Buffer.concat(upload.parts));
        store.uploads.delete(id);
        return reply;
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}:id`,
      handle: (call, params) => {
        store.uploads.delete(find(call, params).id);
        return { status: 204 };
      },
    },
  ];
  return routes.map(guard);
}
