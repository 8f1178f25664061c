import type { World } from '../core/state.ts';
import { digestsOf } from './digests.ts';
import { locationTypeOf } from './locations.ts';
import { type Bucket, createdAt, retentionSeconds, type StoredObject } from './state.ts';

/** The name under which the policy of a bucket is stored. */
export const bucketResource = (world: World, bucket: string): string =>
  `//storage.googleapis.com/projects/${world.project}/buckets/${bucket}`;

/** A bucket of the JSON API (cloud.google.com/storage/docs/json_api/v1/buckets). */
export const bucketBody = (world: World, name: string, bucket: Bucket) => ({
  kind: 'storage#bucket',
  id: name,
  name,
  selfLink: `${world.urls.get('storage')}/storage/v1/b/${name}`,
  projectNumber: world.projectNumber,
  location: bucket.location.toUpperCase(),
  locationType: locationTypeOf(bucket),
  storageClass: 'STANDARD',
  metageneration: String(bucket.metageneration),
  timeCreated: bucket.timeCreated,
  updated: bucket.updated,
  etag: Buffer.from(`b${bucket.metageneration}`).toString('base64'),
  ...bucket.settings,
});

const moment = (time: number): string => new Date(time).toISOString();

/** An object of the JSON API (cloud.google.com/storage/docs/json_api/v1/objects). */
export function objectBody(world: World, stored: StoredObject) {
  const { bucket, object, generation, metageneration = 1, contentType = 'application/zip' } = stored;
  const { size, md5Hash, crc32c } = digestsOf(stored);
  const server = world.urls.get('storage');
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`;
  const time = moment(createdAt(stored));
  const { timeDeleted, softDeleteTime, hardDeleteTime, metadata, temporaryHold, eventBasedHold } = stored;
  const retention = retentionSeconds(world, bucket);
  return {
    kind: 'storage#object',
    id: `${bucket}/${object}/${generation}`,
    selfLink: `${server}/${path}`,
    // Bytes have a service of their own (`useMediaDownloadService` of the discovery document).
    mediaLink: `${server}/download/${path}?generation=${generation}&alt=media`,
    name: object,
    bucket,
    generation,
    metageneration: String(metageneration),
    contentType,
    ...(stored.contentEncoding ? { contentEncoding: stored.contentEncoding } : {}),
    ...(stored.cacheControl ? { cacheControl: stored.cacheControl } : {}),
    size: String(size),
    md5Hash,
    crc32c,
    timeCreated: time,
    updated: time,
    storageClass: 'STANDARD',
    etag: Buffer.from(`${generation}/${metageneration}`).toString('base64'),
    ...(metadata && Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...(temporaryHold === undefined ? {} : { temporaryHold }),
    ...(eventBasedHold === undefined ? {} : { eventBasedHold }),
    ...(retention > 0 && !eventBasedHold
      ? { retentionExpirationTime: moment(createdAt(stored) + retention * 1000) }
      : {}),
    ...(timeDeleted === undefined ? {} : { timeDeleted: moment(timeDeleted) }),
    ...(softDeleteTime === undefined ? {} : { softDeleteTime: moment(softDeleteTime) }),
    ...(hardDeleteTime === undefined ? {} : { hardDeleteTime: moment(hardDeleteTime) }),
  };
}
