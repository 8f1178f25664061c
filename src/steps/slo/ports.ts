import type { Change, Live, Managed } from '../../domain/alerting/managed.ts';

/** Where alerts and dashboards are kept: files, or a monitoring system. */
export interface SloStore {
  /** What is there of what is wanted, and whatever else of this SLO carries our mark. Each body has only the fields that we decide. */
  read(wanted: readonly Managed[], signal: AbortSignal): Promise<Live[]>;
  /** Makes one change. `wanted` is undefined for a deletion. Repeating it ends the same. */
  write(change: Change, wanted: Managed | undefined, signal: AbortSignal): Promise<void>;
}
