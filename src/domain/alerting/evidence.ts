import type { Change } from './managed.ts';
import type { AlertPair, LeftOutPair } from './pairs.ts';
import type { Inexpressible } from './request.ts';

export const systems = ['prometheus', 'cloud-monitoring', 'datadog'] as const;
export type System = (typeof systems)[number];

export const sloModes = ['plan', 'verify', 'apply', 'generate'] as const;
export type SloMode = (typeof sloModes)[number];

/** What the SLO file makes, and how it differs from what is there. */
export interface SloEvidence {
  mode: SloMode;
  system: System;
  slo: string;
  service: string;
  window_seconds: number;
  objectives: {
    id: string;
    title: string;
    /** The tolerated fraction of bad requests. */
    limit: number;
    pairs: AlertPair[];
    /** Seconds of a full outage after which somebody is paged. */
    paged_after_seconds?: number | undefined;
    left_out: LeftOutPair[];
  }[];
  refused: Inexpressible[];
  changes: Change[];
  /** Changes that this run wrote. */
  writes: number;
  /** Paths of the files that were made or compared. */
  files: string[];
}
