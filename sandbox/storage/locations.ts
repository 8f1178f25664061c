import type { Bucket } from './state.ts';

/** cloud.google.com/storage/docs/locations: multi-regions and predefined dual-regions. Everything else is one region. */
const multi = new Set(['ASIA', 'EU', 'US', 'IN']);
const dual = new Set(['ASIA1', 'EUR4', 'EUR5', 'EUR7', 'EUR8', 'NAM4']);

export type LocationType = 'region' | 'dual-region' | 'multi-region';

export function locationTypeOf({ location, settings }: Pick<Bucket, 'location' | 'settings'>): LocationType {
  const name = location.toUpperCase();
  if (settings.customPlacementConfig || dual.has(name)) return 'dual-region';
  return multi.has(name) ? 'multi-region' : 'region';
}
