import { isObject, type JsonObject, listOf, objectOf, textOf, textOrEmpty, textsOf } from '../data/json.ts';

export type LocationType = 'region' | 'dual-region' | 'multi-region';

/** A bucket as the drill judges it. */
export interface BucketFact {
  name: string;
  location: string;
  locationType: LocationType;
  /** The regions of its data. Empty for a multi-region, which does not name them. */
  regions: readonly string[];
  versioning: boolean;
  softDeleteSeconds: number;
  retentionSeconds: number;
  retentionLocked: boolean;
  /** New objects get a hold, so nobody can delete them. */
  holdByDefault: boolean;
  turbo: boolean;
  /** Seconds for which a noncurrent version stays at least, if rules of the lifecycle delete it. */
  noncurrentSeconds: number | undefined;
}

/** cloud.google.com/storage/docs/locations#predefined */
const predefined: Readonly<Record<string, readonly string[]>> = {
  ASIA1: ['ASIA-NORTHEAST1', 'ASIA-NORTHEAST2'],
  EUR4: ['EUROPE-NORTH1', 'EUROPE-WEST4'],
  EUR5: ['EUROPE-WEST1', 'EUROPE-WEST2'],
  EUR7: ['EUROPE-WEST2', 'EUROPE-WEST3'],
  EUR8: ['EUROPE-WEST3', 'EUROPE-WEST6'],
  NAM4: ['US-CENTRAL1', 'US-EAST1'],
};

const secondsOf = (value: unknown): number => {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
};

/** What the JSON API says about a bucket (storage v1 buckets). */
export function bucketFact(body: JsonObject): BucketFact {
  const location = textOrEmpty(body.location).toUpperCase();
  const locationType = typeOf(body, location);
  const placed = textsOf(objectOf(body.customPlacementConfig).dataLocations).map((one) => one.toUpperCase());
  const retention = objectOf(body.retentionPolicy);
  return {
    name: textOrEmpty(body.name),
    location,
    locationType,
    regions:
      placed.length > 0 ? placed : locationType === 'region' ? [location] : (predefined[location] ?? []),
    versioning: objectOf(body.versioning).enabled === true,
    softDeleteSeconds: secondsOf(objectOf(body.softDeletePolicy).retentionDurationSeconds),
    // A retention whose time cannot be read still keeps every object, perhaps for years.
    retentionSeconds: isObject(body.retentionPolicy) ? secondsOf(retention.retentionPeriod) || 1 : 0,
    retentionLocked: retention.isLocked === true,
    holdByDefault: body.defaultEventBasedHold === true,
    turbo: textOf(body.rpo) === 'ASYNC_TURBO',
    noncurrentSeconds: noncurrentSeconds(body),
  };
}

function typeOf(body: JsonObject, location: string): LocationType {
  const said = textOf(body.locationType);
  if (said === 'region' || said === 'dual-region' || said === 'multi-region') return said;
  return location in predefined ? 'dual-region' : location.includes('-') ? 'region' : 'multi-region';
}

const day = 86_400;

/**
 * How long the lifecycle leaves a noncurrent version. A rule that counts days since the version became noncurrent leaves it so long.
 * Any other rule that deletes noncurrent versions may delete one at once: by age, because an old object is old already, and by newer versions,
 * because there may be enough of them.
 */
function noncurrentSeconds(body: JsonObject): number | undefined {
  const kept = listOf(objectOf(body.lifecycle).rule)
    .map(objectOf)
    .filter(({ action }) => objectOf(action).type === 'Delete')
    .map(({ condition }) => objectOf(condition))
    .filter(({ isLive }) => isLive !== true)
    .map(({ daysSinceNoncurrentTime: days }) => (typeof days === 'number' && days > 0 ? days * day : 0));
  return kept.length === 0 ? undefined : Math.min(...kept);
}

/** How data that was lost comes back. */
export type Way = 'versions' | 'soft-delete' | 'copy';

/** The ways that the bucket's own settings promise. */
export const waysOf = ({ versioning, softDeleteSeconds }: BucketFact): Way[] => [
  ...(versioning ? (['versions'] as const) : []),
  ...(softDeleteSeconds > 0 ? (['soft-delete'] as const) : []),
];

/** Seconds after a deletion in which the object can still be brought back. Infinity: for as long as nobody deletes its version. */
export function windowSeconds(bucket: BucketFact): number {
  if (!bucket.versioning) return bucket.softDeleteSeconds;
  return (bucket.noncurrentSeconds ?? Number.POSITIVE_INFINITY) + bucket.softDeleteSeconds;
}

/** Seconds of the newest data that the replication between two places may not have yet. Undefined: there is one place. */
export function promisedRpo({ locationType, turbo }: BucketFact): number | undefined {
  if (locationType === 'region') return undefined;
  return turbo ? 15 * 60 : 12 * 3600;
}

/** Does the bucket keep every new object from being deleted? */
export const forbidsDeletion = ({ retentionSeconds, holdByDefault }: BucketFact): boolean =>
  retentionSeconds > 0 || holdByDefault;
