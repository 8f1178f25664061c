import { followsLatest, type Traffic, withTraffic } from './traffic.ts';

/** Which revisions serve, and with how many percent of the requests. */

export interface Allocation {
  revision: string;
  percent: number;
}

/** The revisions that get requests, from `trafficStatuses` (or `traffic`), the largest percent first. Entries that only hold a tag do not count. */
export function servingAllocations(statuses: Traffic, latestReady: string | undefined): Allocation[] {
  const percents = new Map<string, number>();
  for (const status of withTraffic(statuses)) {
    const revision = status.revision ?? latestReady;
    if (revision !== undefined) percents.set(revision, (percents.get(revision) ?? 0) + (status.percent ?? 0));
  }
  return [...percents]
    .map(([revision, percent]) => ({ revision, percent }))
    .sort((a, b) => b.percent - a.percent || (a.revision < b.revision ? -1 : 1));
}

export type Before =
  | { kind: 'none' }
  | { kind: 'one'; revision: string; followsLatest: boolean }
  | { kind: 'split'; allocations: Allocation[] };

/** The parts of a Cloud Run service that say what serves. */
interface ServiceTraffic {
  traffic: Traffic;
  trafficStatuses: Traffic;
  latestReadyRevision: string | undefined;
}

/** What a service serves now, by its `trafficStatuses`. */
export const servingNow = (service: Omit<ServiceTraffic, 'traffic'>): Allocation[] =>
  servingAllocations(service.trafficStatuses, service.latestReadyRevision);

/** What serves now: the one revision with traffic, never the second newest and never `traffic[0]`. */
export function resolveBefore(service: ServiceTraffic): Before {
  const allocations = servingNow(service);
  const [only] = allocations;
  if (only === undefined) return { kind: 'none' };
  if (allocations.length > 1) return { kind: 'split', allocations };
  return { kind: 'one', revision: only.revision, followsLatest: followsLatest(service.traffic) };
}

/** The one revision with all traffic. Undefined if the traffic is split or nothing serves. */
export function soleServing(service: ServiceTraffic): string | undefined {
  const before = resolveBefore(service);
  return before.kind === 'one' ? before.revision : undefined;
}

/** Percent of the requests that one revision gets. */
export function percentOf(revision: string, allocations: readonly Allocation[]): number {
  return allocations.find((allocation) => allocation.revision === revision)?.percent ?? 0;
}

/** `ocr-api-00041-tep 90 %, ocr-api-00042-duk 10 %` */
export function allocationText(allocations: readonly Allocation[]): string {
  return allocations.map(({ revision, percent }) => `${revision} ${percent} %`).join(', ') || 'nothing';
}
