import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../core/state.ts';

export interface StoredObject {
  bucket: string;
  object: string;
  generation: string;
  /** File on disk. Undefined until the upload is complete. */
  file: string | undefined;
}

export interface Bucket {
  location: string;
  timeCreated: string;
}

interface StorageState {
  buckets: Map<string, Bucket>;
  /** The newest generation of every object, by `bucket/object`. */
  objects: Map<string, StoredObject>;
  serial: number;
}

const stateOf = (world: World): StorageState =>
  world.extension('storage', () => ({ buckets: new Map(), objects: new Map(), serial: 0 }));

export const bucketsOf = (world: World): Map<string, Bucket> => stateOf(world).buckets;
export const objectsOf = (world: World): Map<string, StoredObject> => stateOf(world).objects;

/** The generation of the next object: microseconds, which no two objects share. */
export const nextGeneration = (world: World): string =>
  String(world.now() * 1000 + (stateOf(world).serial++ % 1000));

/** Keeps what was uploaded as a new generation of the object. */
export function store(world: World, bucket: string, object: string, data: Buffer): StoredObject {
  const generation = nextGeneration(world);
  const folder = join(world.folder, 'storage');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${generation}-${bucketsOf(world).size}`);
  writeFileSync(file, data);
  const stored = { bucket, object, generation, file };
  objectsOf(world).set(`${bucket}/${object}`, stored);
  return stored;
}
