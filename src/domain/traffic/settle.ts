import { beforeTag, candidateTag, product } from '../product.ts';
import type { ParsedRecord, ReleaseRecord } from './record.ts';
import {
  pinTo,
  restore,
  type Share,
  sameShares,
  sharesText,
  type Traffic,
  type TrafficTarget,
  withoutOurTags,
} from './traffic.ts';

/** Who asks: a release that begins, the scheduled janitor, a person, or the post step of the release itself. */
export type Purpose = 'release' | 'janitor' | 'person' | 'post';

export interface SettleFacts {
  parsed: ParsedRecord;
  purpose: Purpose;
  /** The service's `traffic` and who really gets requests. */
  live: Traffic;
  shares: readonly Share[];
  latestCreated: string | undefined;
  latestReady: string | undefined;
  /** Is the run that wrote the record over? `self` is our own, from the post step. */
  run: 'self' | 'over' | 'alive' | 'unknown';
  /** Milliseconds since the epoch. */
  now: number;
  /** A build of this function is running: a new revision may still appear. */
  building: boolean;
  /** Whether the revision to go back to can serve. */
  before: 'ready' | 'not_ready' | 'gone';
  /** Whether the latest revision came from the recorded build; undefined where nobody can say. */
  latestIsOurs?: boolean | undefined;
  /** Milliseconds for which our tags have been seen without a record. */
  lostForMs?: number | undefined;
}

export type Settlement =
  /** Nothing is open. */
  | { do: 'nothing'; reason: string }
  /** Look again later; whoever cannot wait any longer yields. */
  | { do: 'wait'; for: 'run' | 'build' | 'record'; reason: string }
  | { do: 'put_back'; traffic: TrafficTarget[]; keptPin: boolean; reason: string }
  /** Traffic is not ours to change: only our tags and the open record go. */
  | { do: 'hands_off'; traffic: TrafficTarget[]; reason: string }
  /** Nothing safe can be done: a person must decide. */
  | { do: 'hold'; reason: string };

/** How long our tags may stand without a record before the release that lost it counts as dead. */
export const lostRecordMs = 60_000;

const taggedRevision = (live: Traffic, tag: string) => live.find((target) => target.tag === tag)?.revision;

/** The annotation is gone or unreadable: the tag `bs-b` still names the revision to go back to. */
function withoutRecord(facts: SettleFacts, why: string): Settlement {
  const before = taggedRevision(facts.live, beforeTag);
  const candidate = taggedRevision(facts.live, candidateTag);
  if (before === undefined && candidate === undefined)
    return { do: 'nothing', reason: `${why}, and no tag of ours is there` };
  if ((facts.lostForMs ?? 0) < lostRecordMs && facts.purpose !== 'post')
    return {
      do: 'wait',
      for: 'record',
      reason: `${why}, but a release under way may be about to write it again`,
    };
  const known = new Set([before, candidate]);
  const ours =
    before !== undefined &&
    facts.shares.some((share) => share.revision !== before) &&
    facts.shares.every((share) => known.has(share.revision));
  if (ours && before !== undefined && facts.before !== 'ready')
    return { do: 'hold', reason: `${why}, and ${before}, which its tag names, cannot serve` };
  if (ours && before !== undefined)
    return {
      do: 'put_back',
      traffic: pinTo(before, facts.live, { tag: false }),
      keptPin: true,
      reason: `${why}; the tag ${beforeTag} names ${before}`,
    };
  return {
    do: 'hands_off',
    traffic: withoutOurTags(facts.live),
    reason: `${why}; only our tags are left over`,
  };
}

function isOver(record: ReleaseRecord, facts: SettleFacts): boolean {
  // Holding is the last thing that a release does, whatever else its run goes on with.
  if (record.phase === 'held' || facts.run === 'self' || facts.run === 'over') return true;
  return facts.run === 'unknown' && facts.now >= Date.parse(record.expires);
}

/** The latest revision has all the traffic, which was pinned to another before a build. */
export function pinOvertaken(
  record: ReleaseRecord,
  { shares, latestCreated }: Pick<SettleFacts, 'shares' | 'latestCreated'>,
): boolean {
  const [only] = shares;
  return (
    record.phase === 'building' &&
    shares.length === 1 &&
    only !== undefined &&
    only.revision === latestCreated &&
    only.revision !== record.before_revision
  );
}

function openRecord(record: ReleaseRecord, facts: SettleFacts): Settlement {
  const whose = `run ${record.run || '(unknown)'}, attempt ${record.attempt}`;
  if (!isOver(record, facts))
    return {
      do: 'wait',
      for: 'run',
      reason: `the release of ${whose} ${facts.run === 'alive' ? 'is under way' : `may be under way until ${record.expires}`}`,
    };
  if (record.phase === 'held' && facts.purpose !== 'release' && facts.now < Date.parse(record.expires))
    return {
      do: 'hold',
      reason: `the release of ${whose} holds its share until ${record.expires} for a person to decide`,
    };
  if (facts.building && record.phase === 'building')
    return { do: 'wait', for: 'build', reason: `the build that ${whose} began is still running` };
  const unchanged = sameShares(facts.live, record.wrote);
  // The pin did not hold: our own build took the traffic, nobody else did.
  const overtaken = pinOvertaken(record, facts) && facts.latestIsOurs !== false;
  const before = record.before_revision;
  if (before === undefined)
    return {
      do: 'hands_off',
      traffic: withoutOurTags(facts.live),
      reason: `the first release, of ${whose}, did not end, and there is nothing to go back to`,
    };
  if (!unchanged && !overtaken)
    return {
      do: 'hands_off',
      traffic: withoutOurTags(facts.live),
      reason: `the release of ${whose} did not end, and somebody has moved the traffic since (${sharesText(facts.shares)})`,
    };
  if (facts.before !== 'ready')
    return {
      do: 'hold',
      reason: `the release of ${whose} did not end, and ${before} ${facts.before === 'gone' ? 'is gone' : 'is not ready'}`,
    };
  const back = restore(record.before, before, {
    traffic: facts.live,
    created: facts.latestCreated,
    ready: facts.latestReady,
  });
  return {
    do: 'put_back',
    ...back,
    reason: overtaken
      ? `the release of ${whose} did not end, and its build took the traffic although it was pinned`
      : `the release of ${whose} did not end`,
  };
}

/** What becomes of what an earlier release left. Total over its facts. */
export function decideSettlement(facts: SettleFacts): Settlement {
  const { parsed } = facts;
  switch (parsed.kind) {
    case 'newer':
      return {
        do: 'hold',
        reason: `the record was written by a later version of ${product} (format ${parsed.version}): use that version`,
      };
    case 'broken':
      return withoutRecord(facts, `the record cannot be read (${parsed.why})`);
    case 'none':
      return withoutRecord(facts, 'there is no record');
    case 'record':
      return parsed.record.phase === 'closed'
        ? withoutRecord(facts, 'the last release has ended')
        : openRecord(parsed.record, facts);
  }
}
