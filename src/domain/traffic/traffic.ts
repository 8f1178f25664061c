import { candidateTag } from '../product.ts';

/** The `traffic` of a Cloud Run service, and when two such arrays mean the same. */

/** One entry of a Cloud Run service's `traffic` (run.googleapis.com v2 TrafficTarget). */
export interface TrafficTarget {
  type?: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' | 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' | undefined;
  /** Short name; absent for LATEST. */
  revision?: string | undefined;
  percent?: number | undefined;
  tag?: string | undefined;
}

export type Traffic = readonly TrafficTarget[];

export const latestType = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
export const revisionType = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

/** Cloud Run: tag and service name together have at most 46 characters, checked before anything is built. */
export const maxServiceName = 46 - candidateTag.length;

/** Does this target follow the latest ready revision, whichever that is? */
export const isLatest = (target: TrafficTarget) =>
  target.type === latestType || target.revision === undefined;

/** The targets that get requests. An empty array sends everything to the latest ready revision. */
export const withTraffic = (traffic: Traffic): TrafficTarget[] =>
  traffic.length === 0
    ? [{ type: latestType, percent: 100 }]
    : traffic.filter((target) => (target.percent ?? 0) > 0);

/** Would a new revision get traffic by itself? */
export const followsLatest = (traffic: Traffic): boolean => withTraffic(traffic).some(isLatest);

const targetText = (target: TrafficTarget) => (isLatest(target) ? '<latest>' : (target.revision ?? ''));

/** The same text for every array that sends the same percentages to the same targets. */
function canonicalAllocation(traffic: Traffic): string {
  const percents = new Map<string, number>();
  for (const target of withTraffic(traffic)) {
    const to = targetText(target);
    percents.set(to, (percents.get(to) ?? 0) + (target.percent ?? 0));
  }
  return [...percents]
    .map(([to, percent]) => `${to}:${percent}`)
    .sort()
    .join('\n');
}

const canonicalTags = (traffic: Traffic): string =>
  traffic
    .flatMap((target) => (target.tag ? `${target.tag}=${targetText(target)}` : []))
    .sort()
    .join('\n');

/** Do both arrays mean the same? Order and spelling do not matter. */
export const sameTraffic = (a: Traffic, b: Traffic): boolean =>
  sameAllocation(a, b) && canonicalTags(a) === canonicalTags(b);

/** Like `sameTraffic`, but ignores the tags: setting a tag moves no traffic. */
export const sameAllocation = (a: Traffic, b: Traffic): boolean =>
  canonicalAllocation(a) === canonicalAllocation(b);
