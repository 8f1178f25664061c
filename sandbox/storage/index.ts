import { readFileSync } from 'node:fs';
import { invalidArgument, notFound } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import { type ApiDefinition, ApiError, type Call, type Reply } from '../core/types.ts';
import { bucketBody, bucketResource, objectBody } from './render.ts';
import { bucketsOf, objectsOf } from './state.ts';
import { uploadRoutes } from './uploads.ts';

type Params = Record<string, string>;

/**
 * Cloud Storage's JSON API, version 1, as far as a source needs it: buckets, and objects with their content. The sandbox has
 * no versions of an object but the newest, and no lifecycle.
 */
export function storageApis(world: World): ApiDefinition[] {
  const buckets = bucketsOf(world);
  const found = (call: Call, name = '', permission: string) => {
    requirePermission(world, call.principal, permission, bucketResource(world, name));
    const bucket = buckets.get(name);
    if (!bucket) throw notFound('The specified bucket does not exist.');
    return bucket;
  };
  const object = (call: Call, params: Params, permission: string) => {
    const { bucket = '', object: name = '' } = params;
    found(call, bucket, permission);
    const stored = objectsOf(world).get(`${bucket}/${name}`);
    const asked = call.query.get('generation');
    if (!stored?.file || (asked !== null && asked !== stored.generation))
      throw notFound(`No such object: ${bucket}/${name}`);
    return stored;
  };
  const create = (call: Call): Reply => {
    requirePermission(world, call.principal, 'storage.buckets.create', projectResource(world));
    const { name, location = 'US' } = call.json();
    if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name))
      throw invalidArgument(`Invalid bucket name: '${String(name)}'`);
    if (buckets.has(name))
      throw new ApiError(
        409,
        'ALREADY_EXISTS',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    const bucket = { location: String(location), timeCreated: new Date(world.now()).toISOString() };
    buckets.set(name, bucket);
    return { status: 200, body: bucketBody(world, name, bucket) };
  };
  return [
    {
      name: 'storage',
      maxBodyBytes: 600 * 1024 * 1024,
      routes: [
        ...uploadRoutes(world),
        { method: 'POST', pattern: '/storage/v1/b', handle: create },
        {
          method: 'GET',
          pattern: '/storage/v1/b',
          handle: (call) => {
            requirePermission(world, call.principal, 'storage.buckets.list', projectResource(world));
            const prefix = call.query.get('prefix') ?? '';
            const all = [...buckets].filter(([name]) => name.startsWith(prefix));
            const { items, nextPageToken } = page(all, call, 1000);
            return {
              status: 200,
              body: {
                kind: 'storage#buckets',
                items: items.map(([name, bucket]) => bucketBody(world, name, bucket)),
                ...(nextPageToken ? { nextPageToken } : {}),
              },
            };
          },
        },
        {
          method: 'GET',
          pattern: '/storage/v1/b/:bucket',
          handle: (call, { bucket = '' }) => ({
            status: 200,
            body: bucketBody(world, bucket, found(call, bucket, 'storage.buckets.get')),
          }),
        },
        {
          method: 'GET',
          pattern: '/storage/v1/b/:bucket/o',
          handle: (call, { bucket = '' }) => {
            found(call, bucket, 'storage.objects.list');
            const prefix = call.query.get('prefix') ?? '';
            const all = [...objectsOf(world).values()].filter(
              (stored) => stored.bucket === bucket && stored.object.startsWith(prefix) && stored.file,
            );
            return {
              status: 200,
              body: { kind: 'storage#objects', items: all.map((stored) => objectBody(world, stored)) },
            };
          },
        },
        {
          method: 'GET',
          pattern: '/storage/v1/b/:bucket/o/:object',
          handle: (call, params) => {
            const stored = object(call, params, 'storage.objects.get');
            if (call.query.get('alt') !== 'media') return { status: 200, body: objectBody(world, stored) };
            return {
              status: 200,
              headers: { 'content-type': 'application/zip' },
              body: readFileSync(stored.file as string),
            };
          },
        },
        {
          method: 'DELETE',
          pattern: '/storage/v1/b/:bucket/o/:object',
          handle: (call, params) => {
            const { bucket, object: name } = object(call, params, 'storage.objects.delete');
            objectsOf(world).delete(`${bucket}/${name}`);
            return { status: 204 };
          },
        },
      ],
    },
  ];
}
