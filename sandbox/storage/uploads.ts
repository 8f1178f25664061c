import { randomUUID } from 'node:crypto';
import { invalidArgument, notFound } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { findBucket } from './buckets.ts';
import { checkConditions, checkKept } from './errors.ts';
import { settingsIn } from './objects.ts';
import { bucketResource, objectBody } from './render.ts';
import { catchUp, liveOf, type ObjectSettings, store } from './state.ts';

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
  const sessions = new Map<
    string,
    { bucket: string; object: string; settings: ObjectSettings; parts: Buffer[] }
  >();
  const check = (call: Call, bucket: string, object: string): void => {
    findBucket(world, call, bucket, 'storage.objects.create');
    if (object === '') throw invalidArgument('Required parameter: name');
    catchUp(world);
    const live = liveOf(world, bucket, object);
    checkConditions(call, live);
    if (!live) return;
    requirePermission(world, call.principal, 'storage.objects.delete', bucketResource(world, bucket));
    checkKept(world, live, { forGood: false });
  };
  const keep = (bucket: string, object: string, data: Buffer, settings: ObjectSettings): Reply => ({
    status: 200,
    body: objectBody(world, store(world, bucket, object, data, settings)),
  });
  const insert = (call: Call, { bucket = '' }: Params): Reply => {
    const type = call.query.get('uploadType');
    const named = call.query.get('name') ?? '';
    if (type === 'resumable') {
      const body = call.json();
      const object = named || String(body.name ?? '');
      check(call, bucket, object);
      const id = randomUUID();
      const sent = call.headers['x-upload-content-type'];
      const settings = { ...(sent ? { contentType: sent } : {}), ...settingsIn(body) };
      sessions.set(id, { bucket, object, settings, parts: [] });
      const base = world.urls.get('storage');
      const location = `${base}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
      return { status: 200, headers: { location, 'x-guploader-uploadid': id } };
    }
    const { metadata, data } =
      type === 'multipart' ? multipart(call) : { metadata: {} as Record<string, unknown>, data: call.body };
    const object = named || String(metadata.name ?? '');
    check(call, bucket, object);
    const sent = type === 'multipart' ? undefined : call.headers['content-type'];
    return keep(bucket, object, data, {
      ...(sent ? { contentType: sent } : {}),
      ...settingsIn(metadata),
    });
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
    return keep(session.bucket, session.object, Buffer.concat(session.parts), session.settings);
  };
  return ['/upload', '/resumable/upload'].flatMap((prefix): Route[] => [
    { method: 'POST', pattern: `${prefix}/storage/v1/b/:bucket/o`, handle: insert },
    { method: 'PUT', pattern: `${prefix}/storage/v1/b/:bucket/o`, authenticated: false, handle: resume },
  ]);
}
