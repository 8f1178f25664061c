import { beforeTag, candidateTag, ownTags } from '../product.ts';

/**
 * Arithmetic on a Cloud Run service's `traffic`. A release or a deploy only ever writes arrays made here: shares, our
 * two tags, and every tag of other people as it was found.
 */

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

const ours = new Set(ownTags);

/** Cloud Run: tag and service name together have at most 46 characters, checked before anything is built. */
export const maxServiceName = 46 - candidateTag.length;

const isLatest = (target: TrafficTarget) => target.type === latestType || target.revision === undefined;

/** An empty array means that everything goes to the latest ready revision. */
const whole = (traffic: Traffic): Traffic =>
  traffic.length === 0 ? [{ type: latestType, percent: 100 }] : traffic;
const sharesIn = (traffic: Traffic): TrafficTarget[] =>
  whole(traffic).filter((target) => (target.percent ?? 0) > 0);

const targetText = (target: TrafficTarget) => (isLatest(target) ? '<latest>' : (target.revision ?? ''));

function canonicalShares(traffic: Traffic): string {
  const shares = new Map<string, number>();
  for (const target of sharesIn(traffic)) {
    const to = targetText(target);
    shares.set(to, (shares.get(to) ?? 0) + (target.percent ?? 0));
  }
  return [...shares]
    .map(([to, percent]) => `${to}:${percent}`)
    .sort()
    .join('\n');
}

const canonicalTags = (traffic: Traffic): string =>
  traffic
    .flatMap((target) => (target.tag ? `${target.tag}=${targetText(target)}` : []))
    .sort()
    .join('\n');

/** Do both arrays mean the same, whatever their order and spelling? */
export const sameTraffic = (a: Traffic, b: Traffic): boolean =>
  sameShares(a, b) && canonicalTags(a) === canonicalTags(b);

/** As `sameTraffic`, tags aside: who sets a tag moves no traffic. */
export const sameShares = (a: Traffic, b: Traffic): boolean => canonicalShares(a) === canonicalShares(b);

/** Every tag on the target that was chosen for it, without any share. */
const tagsIn = (traffic: Traffic): TrafficTarget[] =>
  traffic
    .filter((target) => target.tag !== undefined)
    .map((target) =>
      isLatest(target)
        ? { type: latestType, tag: target.tag }
        : { type: revisionType, revision: target.revision, tag: target.tag },
    );

/** Other people's tags, each on the target that they chose, without any share. */
export const othersTags = (traffic: Traffic): TrafficTarget[] =>
  tagsIn(traffic).filter(({ tag }) => tag !== undefined && !ours.has(tag));

/** The shares as they are, and every tag but ours. */
export function withoutOurTags(traffic: Traffic): TrafficTarget[] {
  return [...sharesIn(traffic).map(bare), ...othersTags(traffic)];
}

const named = (revision: string, percent: number): TrafficTarget => ({
  type: revisionType,
  revision,
  percent,
});
const tagged = (revision: string, tag: string): TrafficTarget => ({ type: revisionType, revision, tag });

/** 100 % on one revision by name, with `bs-b` on it while a release is under way. */
export function pinTo(revision: string, found: Traffic, options: { tag?: boolean } = {}): TrafficTarget[] {
  return [
    named(revision, 100),
    ...(options.tag === false ? [] : [tagged(revision, beforeTag)]),
    ...othersTags(found),
  ];
}

/** `percent` to the candidate and the rest to `before`, by name. 0 tags the candidate, 100 leaves `before` its tag. */
export function shareOut(
  before: string,
  candidate: string,
  percent: number,
  found: Traffic,
): TrafficTarget[] {
  if (!(Number.isInteger(percent) && percent >= 0 && percent <= 100))
    throw new RangeError(`${percent} is not a whole percentage`);
  const shares = [named(before, 100 - percent), named(candidate, percent)].filter(
    (target) => (target.percent ?? 0) > 0,
  );
  return [...shares, tagged(before, beforeTag), tagged(candidate, candidateTag), ...othersTags(found)];
}

/** All traffic to whatever is the latest revision, as a plain deploy leaves it, with every tag. */
export const allToLatest = (found: Traffic): TrafficTarget[] => [
  { type: latestType, percent: 100 },
  ...tagsIn(found),
];

/** How a promoted candidate serves: by its name, or as the latest, in which case other tools' deploys go live again. */
export function promote(candidate: string, mode: 'pinned' | 'latest', found: Traffic): TrafficTarget[] {
  const tags = othersTags(found);
  return mode === 'latest' ? allToLatest(tags) : [named(candidate, 100), ...tags];
}

const sharesByName = (traffic: Traffic, latest: string): TrafficTarget[] =>
  sharesIn(traffic).map((target) =>
    named(isLatest(target) ? latest : (target.revision ?? latest), target.percent ?? 0),
  );

/** The same shares by name, so that a revision newer than `latest` gets none of them, with every tag. */
export const byName = (found: Traffic, latest: string): TrafficTarget[] => [
  ...sharesByName(found, latest),
  ...tagsIn(found),
];

/**
 * `before` as it was found, with the tags that others have now. Where it followed the latest revision and the latest
 * is another one by now (or may become one, since a build is still running), following it would serve that one: then
 * the revision that served stays pinned by name.
 */
export function restore(
  before: Traffic,
  revision: string,
  live: { traffic: Traffic; created: string | undefined; ready: string | undefined; mayMove?: boolean },
): { traffic: TrafficTarget[]; keptPin: boolean } {
  const shares = sharesIn(before);
  const still = live.created === revision && live.ready === revision && !live.mayMove;
  const keptPin = shares.some(isLatest) && !still;
  const tags = othersTags(live.traffic);
  if (keptPin) return { traffic: [...sharesByName(before, revision), ...tags], keptPin };
  const traffic = [
    ...shares.map((target) =>
      target.revision === undefined ? bare(target) : named(target.revision, target.percent ?? 0),
    ),
    ...tags,
  ];
  // Where no tag has come or gone it is the very array, whose shares may carry their tags themselves.
  return {
    traffic: sameTraffic(before, traffic) ? before.map((target) => ({ ...target })) : traffic,
    keptPin,
  };
}

/** Without its tag. */
function bare(target: TrafficTarget): TrafficTarget {
  const { tag: _tag, ...rest } = target;
  return rest;
}

export interface Share {
  revision: string;
  percent: number;
}

/** Who really gets requests, from `trafficStatuses` (or `traffic`); tag-only entries do not count. */
export function servingShares(statuses: Traffic, latestReady: string | undefined): Share[] {
  const shares = new Map<string, number>();
  for (const status of sharesIn(statuses)) {
    const revision = status.revision ?? latestReady;
    if (revision !== undefined) shares.set(revision, (shares.get(revision) ?? 0) + (status.percent ?? 0));
  }
  return [...shares]
    .map(([revision, percent]) => ({ revision, percent }))
    .sort((a, b) => b.percent - a.percent || (a.revision < b.revision ? -1 : 1));
}

export type Before =
  | { kind: 'none' }
  | { kind: 'one'; revision: string; followsLatest: boolean }
  | { kind: 'split'; shares: Share[] };

/** The parts of a Cloud Run service that tell what serves. */
interface ServiceTraffic {
  traffic: Traffic;
  trafficStatuses: Traffic;
  latestReadyRevision: string | undefined;
}

/** Would a new revision get traffic by itself? */
export const followsLatest = (traffic: Traffic): boolean => sharesIn(traffic).some(isLatest);

/** What serves now: the one revision with positive traffic, never the second newest, never `traffic[0]`. */
export function resolveBefore(service: ServiceTraffic): Before {
  const shares = servingShares(service.trafficStatuses, service.latestReadyRevision);
  const [only] = shares;
  if (only === undefined) return { kind: 'none' };
  if (shares.length > 1) return { kind: 'split', shares };
  return { kind: 'one', revision: only.revision, followsLatest: followsLatest(service.traffic) };
}

/** The one revision with all traffic; undefined where it is split, or nothing serves. */
export function soleServing(service: ServiceTraffic): string | undefined {
  const before = resolveBefore(service);
  return before.kind === 'one' ? before.revision : undefined;
}

/** Percent that one revision gets. */
export function shareOf(revision: string, shares: readonly Share[]): number {
  return shares.find((share) => share.revision === revision)?.percent ?? 0;
}

/** `ocr-api-00041-tep 90 %, ocr-api-00042-duk 10 %` */
export function sharesText(shares: readonly Share[]): string {
  return shares.map(({ revision, percent }) => `${revision} ${percent} %`).join(', ') || 'nothing';
}
