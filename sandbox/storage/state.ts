import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../core/state.ts';

/** What an upload or a PATCH can say about an object. */
export interface ObjectSettings {
  contentType?: string;
  contentEncoding?: string;
  cacheControl?: string;
  metadata?: Record<string, string>;
  temporaryHold?: boolean;
  eventBasedHold?: boolean;
}

export interface StoredObject extends ObjectSettings {
  bucket: string;
  object: string;
  generation: string;
  /** File on disk. Undefined until the upload is complete. */
  file: string | undefined;
  metageneration?: number;
  /** Since when this generation is not the live one, in milliseconds since the epoch. */
  timeDeleted?: number;
  softDeleteTime?: number;
  hardDeleteTime?: number;
}

export type Json = Record<string, unknown>;

export interface Bucket {
  location: string;
  timeCreated: string;
  metageneration: number;
  updated: string;
  /** Everything that a client may set, as the API shows it. */
  settings: Json;
}

/** A replication from one bucket into another, as a job of Storage Transfer Service makes it. It does not copy what was there before. */
export interface Replication {
  from: string;
  to: string;
  delayMs: number;
}

interface StorageState {
  buckets: Map<string, Bucket>;
  /** The live generation of every object, by `bucket/object`. */
  objects: Map<string, StoredObject>;
  /** Generations that are neither live nor deleted. Only buckets with versioning have them. */
  noncurrent: StoredObject[];
  softDeleted: StoredObject[];
  replications: Replication[];
  /** Copies under way. */
  pending: { at: number; to: string; stored: StoredObject }[];
  serial: number;
}

export const storageState = (world: World): StorageState =>
  world.extension('storage', () => ({
    buckets: new Map(),
    objects: new Map(),
    ...{ noncurrent: [], softDeleted: [], replications: [], pending: [] },
    serial: 0,
  }));

export const bucketsOf = (world: World): Map<string, Bucket> => storageState(world).buckets;
export const objectsOf = (world: World): Map<string, StoredObject> => storageState(world).objects;

const day = 86_400;

/** A new bucket, which keeps what is deleted for seven days unless its settings say otherwise. */
export function addBucket(world: World, name: string, location = 'US', settings: Json = {}): Bucket {
  const now = new Date(world.now()).toISOString();
  const bucket: Bucket = {
    ...{ location, timeCreated: now, updated: now, metageneration: 1 },
    settings: {
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
      softDeletePolicy: { retentionDurationSeconds: String(7 * day), effectiveTime: now },
      ...settings,
    },
  };
  bucketsOf(world).set(name, bucket);
  return bucket;
}

/** The generation of the next object: microseconds, which no two objects share. */
export const nextGeneration = (world: World): string =>
  String(world.now() * 1000 + (storageState(world).serial++ % 1000));

/** When a generation was written, in milliseconds since the epoch. */
export const createdAt = ({ generation }: StoredObject): number => Math.floor(Number(generation) / 1000);

export const liveOf = (world: World, bucket: string, object: string): StoredObject | undefined => {
  const stored = objectsOf(world).get(`${bucket}/${object}`);
  return stored?.file === undefined ? undefined : stored;
};

const secondsIn = (settings: Json, field: string, name: string): number =>
  Number(((settings[field] ?? {}) as Json)[name] ?? 0);

/** Seconds for which a bucket keeps what is deleted. 0: not at all. */
export const softDeleteSeconds = (world: World, bucket: string): number =>
  secondsIn(bucketsOf(world).get(bucket)?.settings ?? {}, 'softDeletePolicy', 'retentionDurationSeconds');

/** Seconds for which nothing may be deleted or replaced. */
export const retentionSeconds = (world: World, bucket: string): number =>
  secondsIn(bucketsOf(world).get(bucket)?.settings ?? {}, 'retentionPolicy', 'retentionPeriod');

export const isVersioned = (world: World, bucket: string): boolean =>
  ((bucketsOf(world).get(bucket)?.settings.versioning ?? {}) as Json).enabled === true;

/** The generation is gone, unless soft delete keeps it for a while. */
export function bury(world: World, stored: StoredObject): void {
  const state = storageState(world);
  state.noncurrent = state.noncurrent.filter((one) => one !== stored);
  const seconds = softDeleteSeconds(world, stored.bucket);
  const now = world.now();
  if (seconds > 0)
    state.softDeleted.push({ ...stored, softDeleteTime: now, hardDeleteTime: now + seconds * 1000 });
}

/** Takes the live generation away: into history where there is one, else for good. */
export function retire(world: World, stored: StoredObject): void {
  const state = storageState(world);
  state.objects.delete(`${stored.bucket}/${stored.object}`);
  if (isVersioned(world, stored.bucket)) state.noncurrent.push({ ...stored, timeDeleted: world.now() });
  else bury(world, stored);
}

/** Keeps bytes as the new live generation of the object. */
export function store(
  world: World,
  bucket: string,
  object: string,
  data: Buffer,
  settings: ObjectSettings = {},
): StoredObject {
  const generation = nextGeneration(world);
  const folder = join(world.folder, 'storage');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${generation}-${bucketsOf(world).size}`);
  writeFileSync(file, data);
  const held = bucketsOf(world).get(bucket)?.settings.defaultEventBasedHold === true;
  return put(world, {
    ...{ bucket, object, generation, file, metageneration: 1 },
    ...(held ? { eventBasedHold: true } : {}),
    ...settings,
  });
}

/** Makes a generation the live one, and starts its replication. */
export function put(world: World, stored: StoredObject): StoredObject {
  const state = storageState(world);
  const before = liveOf(world, stored.bucket, stored.object);
  if (before) retire(world, before);
  state.objects.set(`${stored.bucket}/${stored.object}`, stored);
  for (const { from, to, delayMs } of state.replications)
    if (from === stored.bucket) state.pending.push({ at: world.now() + delayMs, to, stored });
  return stored;
}

/** Brings what was waiting up to date: copies that have arrived, and deleted objects whose time is over. */
export function catchUp(world: World): void {
  const state = storageState(world);
  const now = world.now();
  const due = state.pending.filter(({ at }) => at <= now);
  state.pending = state.pending.filter(({ at }) => at > now);
  for (const { to, stored } of due) {
    const { timeDeleted: _, ...copy } = stored;
    put(world, { ...copy, bucket: to, generation: nextGeneration(world), metageneration: 1 });
  }
  state.softDeleted = state.softDeleted.filter(({ hardDeleteTime = 0 }) => hardDeleteTime > now);
}
