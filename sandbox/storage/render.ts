import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { World } from '../core/state.ts';
import type { Bucket, StoredObject } from './state.ts';

/** The name under which the policy of a bucket is stored. */
export const bucketResource = (world: World, bucket: string): string =>
  `//storage.googleapis.com/projects/${world.project}/buckets/${bucket}`;

/** A bucket of the JSON API (cloud.google.com/storage/docs/json_api/v1/buckets). */
export const bucketBody = (world: World, name: string, { location, timeCreated }: Bucket) => ({
  kind: 'storage#bucket',
  id: name,
  name,
  selfLink: `${world.urls.get('storage')}/storage/v1/b/${name}`,
  projectNumber: world.projectNumber,
  location: location.toUpperCase(),
  locationType: 'region',
  storageClass: 'STANDARD',
  metageneration: '1',
  timeCreated,
  updated: timeCreated,
  etag: 'CAE=',
  iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
});

/** CRC-32C (Castagnoli, RFC 3720) as the API writes it: four bytes, the highest first, in Base64. */
function crc32c(data: Buffer): string {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return sum.toString('base64');
}

/** An object of the JSON API (cloud.google.com/storage/docs/json_api/v1/objects). */
export function objectBody(world: World, { bucket, object, generation, file }: StoredObject) {
  const data = file === undefined ? Buffer.alloc(0) : readFileSync(file);
  const time = new Date(Math.floor(Number(generation) / 1000)).toISOString();
  return {
    kind: 'storage#object',
    id: `${bucket}/${object}/${generation}`,
    selfLink: `${world.urls.get('storage')}/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`,
    name: object,
    bucket,
    generation,
    metageneration: '1',
    contentType: 'application/zip',
    size: String(data.length),
    crc32c: crc32c(data),
    md5Hash: createHash('md5').update(data).digest('base64'),
    timeCreated: time,
    updated: time,
    storageClass: 'STANDARD',
    etag: 'CAE=',
  };
}
