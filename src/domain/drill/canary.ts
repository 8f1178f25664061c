import { slug } from '../product.ts';

/**
 * The objects that a drill makes. Their names say which drill made them, and their metadata what they held, so that a later run can
 * tell an object that nobody has touched since from any other.
 */

/** Metadata of a canary: the run that made it, the MD5 of its bytes, and when it may be removed by others. */
export const runKey = `${slug}-drill`;
export const digestKey = `${slug}-drill-md5`;
export const expiryKey = `${slug}-drill-expires`;

/** An object of Cloud Storage, one generation. */
export interface ObjectFact {
  bucket: string;
  name: string;
  generation: string;
  metageneration: string;
  md5: string | undefined;
  size: number;
  metadata: Readonly<Record<string, string>>;
  /** False for a noncurrent and for a soft-deleted generation. */
  isLive: boolean;
  isHeld: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export const canaryFolder = (prefix: string): string => `${prefix}canary/`;
export const resultsFolder = (prefix: string): string => `${prefix}results/`;
export const failoversFolder = (prefix: string): string => `${prefix}failovers/`;
export const runFolder = (prefix: string, run: string): string => `${canaryFolder(prefix)}${run}/`;

/** A run's id: when it began, in a form that sorts by time, and something random. */
export const runId = (now: number, random: string): string =>
  `${new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[:-]/g, '')}-${random}`;

export const canaryMetadata = (run: string, md5: string, expires: number): Record<string, string> => ({
  [runKey]: run,
  [digestKey]: md5,
  [expiryKey]: String(expires),
});

/** Is the object exactly as a drill wrote it? The restored copy of a canary is. */
export function isUntouched(object: ObjectFact, prefix: string): boolean {
  const run = object.metadata[runKey];
  return (
    run !== undefined &&
    /^[\w-]+$/.test(run) &&
    object.name.startsWith(runFolder(prefix, run)) &&
    object.md5 !== undefined &&
    object.md5 === object.metadata[digestKey] &&
    object.metageneration === '1' &&
    !object.isHeld
  );
}

/** Whether a run may remove it: its own objects always, those of another run once their time is over. */
export function mayRemove(
  object: ObjectFact,
  { prefix, run, now }: { prefix: string; run: string; now: number },
): 'yes' | 'not yet' | 'changed' {
  if (!isUntouched(object, prefix)) return 'changed';
  if (object.metadata[runKey] === run) return 'yes';
  const expires = Number(object.metadata[expiryKey]);
  return Number.isFinite(expires) && expires < now ? 'yes' : 'not yet';
}
