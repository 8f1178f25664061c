import type { AlertRules } from '../../domain/alerts/judge.ts';
import type { Located } from '../../domain/data/resource-name.ts';
import type { FreezeRules } from '../../domain/freeze/judge.ts';
import type { Owner } from '../ports/runs.ts';

/** What the user asked for. */
export interface ReleaseRequest {
  /** What is released, by the name that the user gave it. */
  place: Located;
  owner: Owner;
  /** The commit in hex. The record keeps it, so that a later release can link to the difference. */
  commit?: string | undefined;
  /** When nothing is released. */
  freeze: FreezeRules;
  /** What an open alert does. */
  alerts: AlertRules;
  /** Percent of the traffic at each step, 100 last. */
  canary: readonly number[];
  /** Seconds per canary step and at 100 %. The record's expiry is computed from them as well. */
  stepSeconds: number;
  fullSeconds: number;
  /** Seconds that this region may wait for others, all waits together. Absent if the release has one region. */
  othersSeconds?: number | undefined;
  /** Seconds until the release gives up on a build. */
  buildSeconds: number;
  afterPromote: 'pinned' | 'latest';
  guardMode: 'verify' | 'enforce';
  retryFailed: boolean;
  /** Seconds to wait for another release before yielding to it. */
  waitSeconds: number;
  dryRun: boolean;
  /** Seconds between two checks during a watch that the traffic is still ours; 0 only checks before writes. */
  lookSeconds: number;
}
