import { projectResource, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { checkConditions, invalid, noBucket, storageError } from './errors.ts';
import { locationTypeOf } from './locations.ts';
import { bucketBody, bucketResource } from './render.ts';
import { addBucket, type Bucket, bucketsOf, type Json, storageState } from './state.ts';

type Params = Record<string, string>;

/** What a client may set on a bucket, besides its name and its place. */
const settable = [
  ...[
    'autoclass',
    'cors',
    'customPlacementConfig',
    'defaultEventBasedHold',
    'encryption',
    'iamConfiguration',
  ],
  ...[
    'labels',
    'lifecycle',
    'logging',
    'retentionPolicy',
    'rpo',
    'softDeletePolicy',
    'versioning',
    'website',
  ],
];
/** Sent by clients that write back what they have read, and ignored. */
const readOnly = ['acl', 'defaultObjectAcl', 'id', 'kind', 'location', 'name', 'project', 'storageClass'];

const day = 86_400;
const secondsOf = (policy: unknown, name: string): number | undefined => {
  const value = (policy as Json | null | undefined)?.[name];
  return value === undefined ? undefined : Number(value);
};

/** The bucket, if the caller has the permission on it. A caller who may not look is refused before he learns whether it is there. */
export function findBucket(world: World, call: Call, name: string, permission: string): Bucket {
  requirePermission(world, call.principal, permission, bucketResource(world, name));
  const bucket = bucketsOf(world).get(name);
  if (!bucket) throw noBucket();
  return bucket;
}

/** Takes over what a request sets. `null` takes a setting away. */
function apply(world: World, bucket: Bucket, asked: Json): void {
  const now = new Date(world.now()).toISOString();
  for (const [field, value] of Object.entries(asked)) {
    if (!settable.includes(field)) {
      if (readOnly.includes(field)) continue;
      throw invalid(`Unknown field for bucket: ${field}`);
    }
    const before = bucket.settings[field];
    if (field === 'softDeletePolicy') {
      const seconds = secondsOf(value, 'retentionDurationSeconds') ?? 0;
      if (seconds !== 0 && !(seconds >= 7 * day && seconds <= 90 * day))
        throw invalid('Soft delete policy retention duration must be 0, or between 7 days and 90 days.');
      bucket.settings.softDeletePolicy = { retentionDurationSeconds: String(seconds), effectiveTime: now };
      continue;
    }
    if (field === 'retentionPolicy') {
      const seconds = secondsOf(value, 'retentionPeriod') ?? 0;
      const held = before as { isLocked?: boolean; retentionPeriod?: string } | undefined;
      if (held?.isLocked && seconds < Number(held.retentionPeriod))
        throw storageError(
          403,
          'forbidden',
          `Cannot ${seconds === 0 ? 'remove' : 'reduce retention duration of'} a locked Retention Policy.`,
        );
      if (seconds === 0) delete bucket.settings.retentionPolicy;
      else
        bucket.settings.retentionPolicy = {
          retentionPeriod: String(seconds),
          effectiveTime: now,
          ...(held?.isLocked ? { isLocked: true } : {}),
        };
      continue;
    }
    if (field === 'rpo' && value === 'ASYNC_TURBO' && locationTypeOf(bucket) !== 'dual-region')
      throw invalid('Turbo replication is only available for dual-region buckets.');
    if (value === null) delete bucket.settings[field];
    else if (field === 'labels' || field === 'iamConfiguration')
      bucket.settings[field] = Object.fromEntries(
        Object.entries({ ...((before ?? {}) as Json), ...(value as Json) }).filter(
          ([, item]) => item !== null,
        ),
      );
    else bucket.settings[field] = value;
  }
  if (bucket.settings.rpo === undefined && locationTypeOf(bucket) !== 'region')
    bucket.settings.rpo = 'DEFAULT';
}

/** Buckets of the JSON API: their settings, and the lock of a retention policy. */
export function bucketRoutes(world: World): Route[] {
  const buckets = bucketsOf(world);
  const shown = (name: string, bucket: Bucket): Reply => ({
    status: 200,
    body: bucketBody(world, name, bucket),
  });
  const create = (call: Call): Reply => {
    requirePermission(world, call.principal, 'storage.buckets.create', projectResource(world));
    const { name, location = 'US', ...asked } = call.json();
    if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name))
      throw invalid(`Invalid bucket name: '${String(name)}'`);
    if (buckets.has(name))
      throw storageError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    const place = asked.customPlacementConfig;
    const bucket = addBucket(world, name, String(location), place ? { customPlacementConfig: place } : {});
    try {
      apply(world, bucket, asked);
    } catch (error) {
      buckets.delete(name);
      throw error;
    }
    return shown(name, bucket);
  };
  const touch = (bucket: Bucket) => {
    bucket.metageneration++;
    bucket.updated = new Date(world.now()).toISOString();
  };
  /** Of a bucket, only the metageneration can be a condition. */
  const conditions = (call: Call, { metageneration }: Bucket) =>
    checkConditions(call, { generation: '1', metageneration });
  const patch = (call: Call, { bucket: name = '' }: Params): Reply => {
    const bucket = findBucket(world, call, name, 'storage.buckets.update');
    conditions(call, bucket);
    const copy = structuredClone(bucket);
    apply(world, copy, call.json());
    touch(copy);
    buckets.set(name, copy);
    return shown(name, copy);
  };
  const lock = (call: Call, { bucket: name = '' }: Params): Reply => {
    const bucket = findBucket(world, call, name, 'storage.buckets.update');
    if (call.query.get('ifMetagenerationMatch') === null)
      throw storageError(400, 'required', 'Required parameter: ifMetagenerationMatch');
    conditions(call, bucket);
    if (!bucket.settings.retentionPolicy) throw invalid('The bucket has no retention policy.');
    bucket.settings.retentionPolicy = { ...(bucket.settings.retentionPolicy as Json), isLocked: true };
    touch(bucket);
    return shown(name, bucket);
  };
  const list = (call: Call): Reply => {
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
  };
  const remove = (call: Call, { bucket: name = '' }: Params): Reply => {
    conditions(call, findBucket(world, call, name, 'storage.buckets.delete'));
    const { objects, noncurrent } = storageState(world);
    if ([...objects.values(), ...noncurrent].some(({ bucket }) => bucket === name))
      throw storageError(409, 'conflict', 'The bucket you tried to delete is not empty.');
    buckets.delete(name);
    return { status: 204 };
  };
  /** The permissions of those asked for that the caller has. The call itself needs none. */
  const test = (call: Call, { bucket: name = '' }: Params): Reply => {
    if (!buckets.has(name)) throw noBucket();
    const permissions = call.query.getAll('permissions').filter((permission) => {
      try {
        requirePermission(world, call.principal, permission, bucketResource(world, name));
        return true;
      } catch {
        return false;
      }
    });
    return {
      status: 200,
      body: {
        kind: 'storage#testIamPermissionsResponse',
        ...(permissions.length > 0 ? { permissions } : {}),
      },
    };
  };
  const one = '/storage/v1/b/:bucket';
  return [
    { method: 'POST', pattern: '/storage/v1/b', handle: create },
    { method: 'GET', pattern: '/storage/v1/b', handle: list },
    {
      method: 'GET',
      pattern: one,
      handle: (call, { bucket = '' }) => {
        const found = findBucket(world, call, bucket, 'storage.buckets.get');
        conditions(call, found);
        return shown(bucket, found);
      },
    },
    { method: 'PATCH', pattern: one, handle: patch },
    { method: 'DELETE', pattern: one, handle: remove },
    { method: 'POST', pattern: `${one}/lockRetentionPolicy`, handle: lock },
    { method: 'GET', pattern: `${one}/iam/testPermissions`, handle: test },
  ];
}
