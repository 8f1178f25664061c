import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { bucketRoutes } from './buckets.ts';
import { objectRoutes } from './objects.ts';
import { uploadRoutes } from './uploads.ts';

/**
 * Cloud Storage's JSON API, version 1: buckets with their protection, and objects with their generations, by the pages
 * cloud.google.com/storage/docs on soft delete, versioning, retention, holds and preconditions. A lifecycle is kept and not
 * executed.
 */
export const storageApis = (world: World): ApiDefinition[] => [
  {
    name: 'storage',
    maxBodyBytes: 600 * 1024 * 1024,
    routes: [...uploadRoutes(world), ...bucketRoutes(world), ...objectRoutes(world)],
  },
];
