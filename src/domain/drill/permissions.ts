import { grantOnBucket } from '../causes/commands.ts';
import type { Way } from './bucket.ts';

/** What a look at a bucket needs. roles/storage.bucketViewer has it. */
export const checkPermission = 'storage.buckets.get';
export const checkRole = 'roles/storage.bucketViewer';
/** The smallest role of Google with everything that a restore needs besides. */
export const restoreRole = 'roles/storage.objectUser';

const restores = 'storage.objects.restore';
const inBucket = [
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.get',
  'storage.objects.list',
] as const;
// A replication writes into the copy, and the drill takes away what it brought there.
const inCopy = inBucket.filter((permission) => permission !== 'storage.objects.create');

/** All of it, whatever ways back a bucket has. */
export const bucketPermissions: readonly string[] = [checkPermission, ...inBucket, restores];
export const copyPermissions: readonly string[] = [checkPermission, ...inCopy];

/** What the drill of a bucket needs, by bucket. It is asked for before anything is written. */
export function neededFor(
  bucket: string,
  copy: string | undefined,
  ways: readonly Way[],
): [bucket: string, permissions: string[]][] {
  const own = [...inBucket, ...(ways.includes('soft-delete') ? [restores] : [])];
  return [[bucket, own], ...(copy === undefined ? [] : ([[copy, [...inCopy]]] as [string, string[]][]))];
}

/** Nothing if it is not known who this job is. */
export const grantCommands = (bucket: string, member: string | undefined): string[] =>
  member === undefined ? [] : [grantOnBucket(bucket, member, restoreRole)];
