import { beforeTag, candidateTag, ownTags } from '../product.ts';
import {
  isLatest,
  latestType,
  revisionType,
  sameTraffic,
  type Traffic,
  type TrafficTarget,
  withTraffic,
} from './traffic.ts';

/**
 * The arrays that a release or a deploy writes. Each holds the percentages, our two tags, and every tag of other tools as
 * it was found.
 */

const ours = new Set(ownTags);

/** Every tag with its target, at 0 %. */
const tagsIn = (traffic: Traffic): TrafficTarget[] =>
  traffic
    .filter((target) => target.tag !== undefined)
    .map((target) =>
      isLatest(target)
        ? { type: latestType, tag: target.tag }
        : { type: revisionType, revision: target.revision, tag: target.tag },
    );

/** The tags of other tools, each with its target, at 0 %. */
export const othersTags = (traffic: Traffic): TrafficTarget[] =>
  tagsIn(traffic).filter(({ tag }) => tag !== undefined && !ours.has(tag));

/** The same percentages and every tag except ours. */
export function withoutOurTags(traffic: Traffic): TrafficTarget[] {
  return [...withTraffic(traffic).map(withoutTag), ...othersTags(traffic)];
}

function withoutTag(target: TrafficTarget): TrafficTarget {
  const { tag: _tag, ...rest } = target;
  return rest;
}

const named = (revision: string, percent: number): TrafficTarget => ({
  type: revisionType,
  revision,
  percent,
});
const tagged = (revision: string, tag: string): TrafficTarget => ({ type: revisionType, revision, tag });

/** 100 % to one revision by name. During a release that revision also gets the tag `bs-b`. */
export function pinTo(revision: string, found: Traffic, options: { tag?: boolean } = {}): TrafficTarget[] {
  return [
    named(revision, 100),
    ...(options.tag === false ? [] : [tagged(revision, beforeTag)]),
    ...othersTags(found),
  ];
}

/**
 * `percent` to the candidate and the rest to `before`, both by name and with their tags. At 0 the candidate only gets its
 * tag; at 100 `before` only keeps its own.
 */
export function splitTraffic(
  before: string,
  candidate: string,
  percent: number,
  found: Traffic,
): TrafficTarget[] {
  if (!(Number.isInteger(percent) && percent >= 0 && percent <= 100))
    throw new RangeError(`${percent} is not a whole percentage`);
  const targets = [named(before, 100 - percent), named(candidate, percent)].filter(
    (target) => (target.percent ?? 0) > 0,
  );
  return [...targets, tagged(before, beforeTag), tagged(candidate, candidateTag), ...othersTags(found)];
}

/** All traffic to the latest revision, as a plain deploy leaves it, with every tag. */
export const allToLatest = (found: Traffic): TrafficTarget[] => [
  { type: latestType, percent: 100 },
  ...tagsIn(found),
];

/** The same percentages, and `tag` on this revision alone. Every other tag stays where it is. */
export const withTag = (found: Traffic, revision: string, tag: string): TrafficTarget[] => [
  ...withTraffic(found).map(withoutTag),
  ...tagsIn(found).filter((target) => target.tag !== tag),
  tagged(revision, tag),
];

/** How a promoted candidate serves: by name, or as the latest revision. In the second case deploys of other tools go live. */
export function promote(candidate: string, mode: 'pinned' | 'latest', found: Traffic): TrafficTarget[] {
  const tags = othersTags(found);
  return mode === 'latest' ? allToLatest(tags) : [named(candidate, 100), ...tags];
}

const percentsByName = (traffic: Traffic, latest: string): TrafficTarget[] =>
  withTraffic(traffic).map((target) =>
    named(isLatest(target) ? latest : (target.revision ?? latest), target.percent ?? 0),
  );

/** The same percentages by name, so that a revision newer than `latest` gets none of them. Keeps every tag. */
export const byName = (found: Traffic, latest: string): TrafficTarget[] => [
  ...percentsByName(found, latest),
  ...tagsIn(found),
];

/**
 * `before` as it was found, with the tags that other tools have now. If it followed the latest revision, and the latest revision is a
 * different one by now (or may become one, because a build is still running), following it would serve that new revision. Then the
 * revision that served stays pinned by name, and `keptPin` says so.
 */
export function restore(
  before: Traffic,
  revision: string,
  live: { traffic: Traffic; created: string | undefined; ready: string | undefined; mayMove?: boolean },
): { traffic: TrafficTarget[]; keptPin: boolean } {
  const targets = withTraffic(before);
  const stillLatest = live.created === revision && live.ready === revision && !live.mayMove;
  const keptPin = targets.some(isLatest) && !stillLatest;
  const tags = othersTags(live.traffic);
  if (keptPin) return { traffic: [...percentsByName(before, revision), ...tags], keptPin };
  const traffic = [
    ...targets.map((target) =>
      target.revision === undefined ? withoutTag(target) : named(target.revision, target.percent ?? 0),
    ),
    ...tags,
  ];
  // Returns the same array if no tag changed: its targets may carry percentage and tag in one entry.
  return {
    traffic: sameTraffic(before, traffic) ? before.map((target) => ({ ...target })) : traffic,
    keptPin,
  };
}
