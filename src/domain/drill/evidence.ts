import type { BucketFact } from './bucket.ts';
import type { RegionRow } from './compare-regions.ts';
import type { FailoverEvidence } from './failover.ts';
import type { Targets } from './protect.ts';
import type { Restored } from './restored.ts';
import type { Past } from './trend.ts';

export const drillModes = ['check', 'restore'] as const;
export type DrillMode = (typeof drillModes)[number];

export interface BucketEvidence {
  /** What the bucket is for, in the user's word. */
  role: string;
  facts: BucketFact;
  copy: BucketFact | undefined;
}

/** The comparison of two regions. */
export interface RegionEvidence {
  first: string;
  second: string;
  /** Empty if the second region has no such service. */
  rows: RegionRow[];
  /** Requests a second that the second region takes by the measurement. Undefined: it is not measured. */
  takes?: number | undefined;
}

export interface DrillEvidence {
  mode: DrillMode;
  targets: Targets;
  buckets: BucketEvidence[];
  restored: Restored[];
  /** Earlier drills and this one, in the order of time. */
  trend: Past[];
  /** Objects that this run removed: its own, and those that a killed run had left. */
  removed: number;
  /** Names of objects of drills that are still there. */
  left: string[];
  region: RegionEvidence | undefined;
  /** Undefined: no failover was asked for. */
  failover?: FailoverEvidence | undefined;
}
