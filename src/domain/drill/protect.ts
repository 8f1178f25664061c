import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { drillRules } from '../findings/rules/drill.ts';
import { spanText } from '../text/span.ts';
import { type BucketFact, promisedRpo, waysOf, windowSeconds } from './bucket.ts';

/** What the user states. Seconds. */
export interface Targets {
  /** How much of the newest data may be lost. */
  rpo: number | undefined;
  /** How long a restore may take. */
  rto: number | undefined;
  /** For how long deleted data has to stay recoverable. */
  window: number;
}

export interface Guarded {
  bucket: BucketFact;
  copy: BucketFact | undefined;
}

const day = 86_400;

/** Soft delete takes 7 to 90 days. */
const softDeleteDays = (seconds: number): number => Math.min(90, Math.max(7, Math.ceil(seconds / day)));

const softDeleteCommand = (name: string, seconds: number): string =>
  `gcloud storage buckets update gs://${name} --soft-delete-duration=${softDeleteDays(seconds)}d`;

/** A region of the same continent that is not this one. */
export function otherRegion(region: string): string {
  const name = region.toLowerCase();
  const [first, second] =
    Object.entries(neighbours).find(([continent]) => name.startsWith(continent))?.[1] ?? neighbours['us-'];
  return first === name ? second : first;
}

const neighbours = {
  'europe-': ['europe-west1', 'europe-west4'],
  'asia-': ['asia-northeast1', 'asia-northeast3'],
  'australia-': ['australia-southeast2', 'australia-southeast1'],
  'northamerica-': ['northamerica-northeast2', 'northamerica-northeast1'],
  'southamerica-': ['southamerica-west1', 'southamerica-east1'],
  'us-': ['us-central1', 'us-east1'],
} as const satisfies Record<string, readonly [string, string]>;

/** What the settings of a bucket leave unprotected, each with the command that repairs it. */
export function judgeProtection({ bucket, copy }: Guarded, targets: Targets): Finding[] {
  return [...deletionFindings(bucket, targets), ...placeFindings({ bucket, copy }, targets)];
}

function deletionFindings(bucket: BucketFact, { window }: Targets): Finding[] {
  const { name, versioning, softDeleteSeconds, noncurrentSeconds } = bucket;
  const commands = [softDeleteCommand(name, window)];
  if (waysOf(bucket).length === 0)
    return [
      {
        ...ofRule(drillRules, 'drill-unprotected'),
        about: [name],
        title: `What is deleted or replaced in ${name} is gone: neither soft delete nor versioning is on.`,
        fix: 'Switch soft delete on:',
        commands,
      },
    ];
  const kept = windowSeconds(bucket);
  if (kept < window)
    return [
      {
        ...ofRule(drillRules, 'drill-window-short'),
        about: [name],
        title: `${name} keeps deleted data for ${spanText(kept)}${versioning && noncurrentSeconds !== undefined ? ', because its lifecycle deletes noncurrent versions' : ''}. Wanted are ${spanText(window)}.`,
        fix:
          window > 90 * day ? 'Soft delete keeps at most 90 days. Versions stay longer:' : 'Keep it longer:',
        commands:
          window > 90 * day
            ? [...commands, `gcloud storage buckets update gs://${name} --versioning`]
            : commands,
      },
    ];
  if (softDeleteSeconds > 0) return [];
  return [
    {
      ...ofRule(drillRules, 'drill-versions-only'),
      about: [name],
      title: `${name} keeps versions. Who deletes a version deletes it for good, because soft delete is off.`,
      fix: 'Switch soft delete on as well:',
      commands,
    },
  ];
}

function placeFindings({ bucket, copy }: Guarded, { rpo }: Targets): Finding[] {
  const { name, location, locationType, regions } = bucket;
  if (copy) {
    // A bucket that lies in several places survives the loss of one without a copy.
    if (locationType !== 'region' || copy.locationType === 'multi-region') return [];
    // A pair whose regions are not known is at least another place than one region.
    if (copy.regions.length === 0 || copy.regions.some((region) => !regions.includes(region))) return [];
    return [
      {
        ...ofRule(drillRules, 'drill-copy-near'),
        about: [name, copy.name],
        title: `${copy.name}, the copy of ${name}, lies in ${copy.location} too.`,
        fix: 'Make a copy in another region, and name it behind > in drill_buckets:',
        commands: copyCommands(name, location, copy.name),
      },
    ];
  }
  const promised = promisedRpo(bucket);
  if (promised === undefined)
    return [
      {
        ...ofRule(drillRules, 'drill-one-region'),
        about: [name],
        title: `${name} lies in ${location} alone, and no copy is named.`,
        fix: `Make a copy in another region and repeat the second command on a schedule, or let Storage Transfer Service replicate it. Then name the copy: ${name}>${copyName(name)}.`,
        commands: copyCommands(name, location),
      },
    ];
  if (rpo === undefined || promised <= rpo) return [];
  return [
    {
      ...ofRule(drillRules, 'drill-replication-slow'),
      about: [name],
      title: `The second place of ${name} may be ${spanText(promised)} behind. At most ${spanText(rpo)} may be lost.`,
      ...(locationType === 'dual-region' && !bucket.turbo
        ? {
            fix: 'Switch turbo replication on:',
            commands: [`gcloud storage buckets update gs://${name} --recovery-point-objective=ASYNC_TURBO`],
          }
        : {
            fix: bucket.turbo
              ? 'Cloud Storage promises no shorter time. Write each object to two buckets yourself, or state an rpo of at least 15m.'
              : 'Only a bucket in two named regions (a dual-region) can have turbo replication, which promises 15m. Make one, copy the objects there, and name it in drill_buckets; or state an rpo of at least 12h.',
          }),
    },
  ];
}

/** Bucket names have at most 63 characters. */
const copyName = (name: string): string => `${name.slice(0, 58)}-copy`;

function copyCommands(name: string, location: string, taken?: string): string[] {
  const target = copyName(name) === taken ? `${name.slice(0, 57)}-copy2` : copyName(name);
  return [
    `gcloud storage buckets create gs://${target} --location=${otherRegion(location)}`,
    `gcloud storage rsync --recursive gs://${name} gs://${target}`,
  ];
}
