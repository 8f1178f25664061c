import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ranged } from '../core/range.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply } from '../core/types.ts';
import { functionState, type StoredObject } from './model.ts';

const HALF_HOUR = 30 * 60 * 1000;

/** Cloud Storage answers in XML (cloud.google.com/storage/docs/xml-api/reference-status). */
function xml(status: number, code: string, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml; charset=UTF-8' },
    body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

function signed(world: World, { bucket, object }: StoredObject, signature: string): string {
  const date = new Date(world.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const query = new URLSearchParams({
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Date': date,
    'X-Goog-Expires': '1800',
    'X-Goog-SignedHeaders': 'content-type;host',
    'X-Goog-Signature': signature,
  });
  return `${world.urls.get('upload')}/${bucket}/${object}?${query}`;
}

/** google.cloud.functions.v2.GenerateUploadUrlResponse. */
export function createUpload(world: World, location: string): Record<string, unknown> {
  const stored: StoredObject = {
    bucket: `gcf-v2-uploads-${world.projectNumber}-${location}`,
    object: `${randomUUID()}.zip`,
    generation: String(world.now() * 1000),
    file: undefined,
  };
  const signature = randomBytes(32).toString('hex');
  functionState(world).uploads.set(signature, { ...stored, expires: world.now() + HALF_HOUR });
  return {
    uploadUrl: signed(world, stored, signature),
    storageSource: { bucket: stored.bucket, object: stored.object },
  };
}

export function createDownload(world: World, stored: StoredObject): string {
  const signature = randomBytes(32).toString('hex');
  functionState(world).downloads.set(signature, { ...stored, expires: world.now() + HALF_HOUR });
  return signed(world, stored, signature);
}

function granted<T extends StoredObject & { expires: number }>(
  world: World,
  call: Call,
  grants: Map<string, T>,
): T | Reply {
  const grant = grants.get(call.query.get('X-Goog-Signature') ?? '');
  if (!grant || call.path !== `/${grant.bucket}/${grant.object}`)
    return xml(403, 'SignatureDoesNotMatch', 'Access denied.');
  if (grant.expires < world.now()) return xml(400, 'ExpiredToken', 'The provided token has expired.');
  return grant;
}

/**
 * The signed URLs of `storage.googleapis.com`. The signature covers the content type, so the upload must send exactly that
 * one. A bearer token next to a signature makes two credentials, which Cloud Storage refuses.
 */
export function uploadApi(world: World): ApiDefinition {
  const state = functionState(world);
  const folder = join(world.folder, 'uploads');
  return {
    name: 'upload',
    maxBodyBytes: 600 * 1024 * 1024,
    routes: [
      {
        method: 'PUT',
        pattern: '/:bucket/:object*',
        authenticated: false,
        handle: (call) => {
          if (call.headers.authorization)
            return xml(400, 'InvalidArgument', 'Only one form of authorization may be sent.');
          const grant = granted(world, call, state.uploads);
          if ('status' in grant) return grant;
          if (call.headers['content-type'] !== 'application/zip')
            return xml(403, 'SignatureDoesNotMatch', 'The content-type that was signed is application/zip.');
          mkdirSync(folder, { recursive: true });
          const file = join(folder, grant.object);
          writeFileSync(file, call.body);
          const { expires, ...stored } = grant;
          state.objects.set(`${grant.bucket}/${grant.object}`, { ...stored, file });
          return {
            status: 200,
            headers: { 'x-goog-generation': grant.generation, etag: `"${randomBytes(16).toString('hex')}"` },
          };
        },
      },
      {
        method: 'GET',
        pattern: '/:bucket/:object*',
        authenticated: false,
        handle: (call) => {
          const grant = granted(world, call, state.downloads);
          if ('status' in grant) return grant;
          if (!grant.file) return xml(404, 'NoSuchKey', 'The specified key does not exist.');
          return ranged(readFileSync(grant.file), call.headers.range, { 'content-type': 'application/zip' });
        },
      },
    ],
  };
}
