import { randomUUID } from 'node:crypto';
import { invalidArgument, notFound } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import { ApiError, type Call, type Reply, type Route } from '../core/types.ts';
import { bucketResource, objectBody } from './render.ts';
import { bucketsOf, objectsOf, store } from './state.ts';

type Params = Record<string, string>;

/** The parts of a multipart/related body: the object's metadata as JSON, and its content. */
function multipart(call: Call): { metadata: Record<string, unknown>; data: Buffer } {
  const boundary = /boundary=["']?([^"';]+)["']?/.exec(call.headers['content-type'] ?? '')?.[1];
  if (!boundary) throw invalidArgument('The multipart body has no boundary.');
  const text = call.body.toString('latin1');
  const parts = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const at = part.search(/\r?\n\r?\n/);
      const length = part.startsWith('\r\n\r\n', at) ? 4 : 2;
      return part.slice(at + length).replace(/\r?\n$/, '');
    });
  const [metadata, data] = parts;
  if (metadata === undefined || data === undefined)
    throw invalidArgument('The multipart body must have two parts.');
  return {
    metadata: JSON.parse(Buffer.from(metadata, 'latin1').toString('utf8')) as Record<string, unknown>,
    data: Buffer.from(data, 'latin1'),
  };
}

/** Uploads of objects: simple, multipart and resumable (cloud.google.com/storage/docs/uploads-downloads). */
export function uploadRoutes(world: World): Route[] {
  const sessions = new Map<string, { bucket: string; object: string; parts: Buffer[] }>();
  const check = (call: Call, bucket: string, object: string): void => {
    requirePermission(world, call.principal, 'storage.objects.create', bucketResource(world, bucket));
    if (!bucketsOf(world).has(bucket)) throw notFound('The specified bucket does not exist.');
    if (object === '') throw invalidArgument('Required parameter: name');
    const match = call.query.get('ifGenerationMatch');
    const live = objectsOf(world).get(`${bucket}/${object}`)?.generation ?? '0';
    if (match !== null && match !== live)
      throw new ApiError(
        412,
        'FAILED_PRECONDITION',
        'At least one of the pre-conditions you specified did not hold.',
      );
  };
  const keep = (bucket: string, object: string, data: Buffer): Reply => ({
    status: 200,
    body: objectBody(world, store(world, bucket, object, data)),
  });
  const insert = (call: Call, { bucket = '' }: Params): Reply => {
    const type = call.query.get('uploadType');
    const named = call.query.get('name') ?? '';
    if (type === 'resumable') {
      const object = named || String(call.json().name ?? '');
      check(call, bucket, object);
      const id = randomUUID();
      sessions.set(id, { bucket, object, parts: [] });
      const base = world.urls.get('storage');
      const location = `${base}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
      return { status: 200, headers: { location, 'x-guploader-uploadid': id } };
    }
    const { metadata, data } =
      type === 'multipart' ? multipart(call) : { metadata: {} as Record<string, unknown>, data: call.body };
    const object = named || String(metadata.name ?? '');
    check(call, bucket, object);
    return keep(bucket, object, data);
  };
  const resume = (call: Call): Reply => {
    const id = call.query.get('upload_id') ?? '';
    const session = sessions.get(id);
    if (!session) throw notFound();
    session.parts.push(call.body);
    const size = session.parts.reduce((sum, { length }) => sum + length, 0);
    const total = /\/(\d+)$/.exec(call.headers['content-range'] ?? '')?.[1];
    const open = call.headers['content-range'] !== undefined && (total === undefined || size < Number(total));
    if (open) return { status: 308, ...(size ? { headers: { range: `bytes=0-${size - 1}` } } : {}) };
    sessions.delete(id);
    return keep(session.bucket, session.object, Buffer.concat(session.parts));
  };
  return ['/upload', '/resumable/upload'].flatMap((prefix): Route[] => [
    { method: 'POST', pattern: `${prefix}/storage/v1/b/:bucket/o`, handle: insert },
    { method: 'PUT', pattern: `${prefix}/storage/v1/b/:bucket/o`, authenticated: false, handle: resume },
  ]);
}
