import { beforeTag, candidateTag, product } from '../product.ts';
import type { Agreement } from './agreement.ts';
import { pinTo, restore, withoutOurTags } from './compose.ts';
import type { ParsedRecord } from './parse-record.ts';
import type { ReleaseRecord } from './record.ts';
import { type Allocation, allocationText } from './serving.ts';
import { sameAllocation, type Traffic, type TrafficTarget } from './traffic.ts';

/** Who wants to settle: a new release, the scheduled janitor, a person, or the post step of the release itself. */
export type Purpose = 'release' | 'janitor' | 'person' | 'post';

export interface SettleFacts {
  parsed: ParsedRecord;
  purpose: Purpose;
  /** The service's `traffic`, as it was asked for, and the revisions that really get requests. */
  live: Traffic;
  serving: readonly Allocation[];
  latestCreated: string | undefined;
  latestReady: string | undefined;
  /** Is the run that wrote the record over? `self` is this very run, seen from its post step. */
  run: 'self' | 'over' | 'alive' | 'unknown';
  /** Milliseconds since the epoch. */
  now: number;
  /** A build of this function is running, so a new revision may still appear. */
  building: boolean;
  /** Whether the revision to go back to can serve. */
  before: 'ready' | 'not_ready' | 'gone';
  /** Has the build of the recorded release taken the traffic? Undefined if that cannot be known. */
  buildTookIt?: boolean | undefined;
  /** What the other regions of a release say about this one. Undefined if its record does not ask them. */
  agreement?: Agreement | undefined;
  /** For how many milliseconds our tags have been seen without a record. */
  lostForMs?: number | undefined;
}

export type Settlement =
  /** Nothing is open. */
  | { do: 'nothing'; reason: string }
  /** Look again later. A release that has waited long enough yields. */
  | { do: 'wait'; for: 'run' | 'build' | 'record'; reason: string }
  | { do: 'put_back'; traffic: TrafficTarget[]; keptPin: boolean; reason: string }
  /** The traffic stays, so only our tags and the open record are removed. `stable` is a candidate that is promoted by that. */
  | { do: 'hands_off'; traffic: TrafficTarget[]; reason: string; stable?: string | undefined }
  /** No action is safe, so a person must decide. */
  | { do: 'hold'; reason: string };

/** How long our tags may exist without a record until the release that lost it counts as dead. */
export const lostRecordMs = 60_000;

const taggedRevision = (live: Traffic, tag: string) => live.find((target) => target.tag === tag)?.revision;

/** The record is gone or unreadable, but the tag `bs-b` still names the revision to go back to. */
function withoutRecord(facts: SettleFacts, why: string): Settlement {
  const before = taggedRevision(facts.live, beforeTag);
  const candidate = taggedRevision(facts.live, candidateTag);
  if (before === undefined && candidate === undefined)
    return { do: 'nothing', reason: `${why}, and there is no tag of a release` };
  if ((facts.lostForMs ?? 0) < lostRecordMs && facts.purpose !== 'post')
    return {
      do: 'wait',
      for: 'record',
      reason: `${why}, but a release may be about to write it again`,
    };
  const known = new Set([before, candidate]);
  const ours =
    before !== undefined &&
    facts.serving.some(({ revision }) => revision !== before) &&
    facts.serving.every(({ revision }) => known.has(revision));
  if (ours && before !== undefined && facts.before !== 'ready')
    return { do: 'hold', reason: `${why}, and ${before}, which the tag ${beforeTag} names, cannot serve` };
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
    reason: `${why}; only the tags of a release are left`,
  };
}

function isOver(record: ReleaseRecord, facts: SettleFacts): boolean {
  // A release that holds has ended, even if its run goes on with other jobs.
  if (record.phase === 'held' || facts.run === 'self' || facts.run === 'over') return true;
  return facts.run === 'unknown' && facts.now >= Date.parse(record.expires);
}

/** The traffic was pinned to one revision before a build, and now the latest revision has all of it. */
export function pinOvertaken(
  record: ReleaseRecord,
  { serving, latestCreated }: Pick<SettleFacts, 'serving' | 'latestCreated'>,
): boolean {
  const [only] = serving;
  return (
    record.phase === 'building' &&
    serving.length === 1 &&
    only !== undefined &&
    only.revision === latestCreated &&
    only.revision !== record.before_revision
  );
}

/** Only the last write of a release in several regions is missing. To go back here alone would leave the regions with two versions. */
const isAgreed = ({ agreed, candidate, wrote }: ReleaseRecord, { live, serving }: SettleFacts): boolean =>
  agreed !== undefined &&
  sameAllocation(live, wrote) &&
  serving.length > 0 &&
  serving.every(({ revision }) => revision === candidate);

/** Is the agreement of the other regions part of the decision? */
export const asksOthers = (record: ReleaseRecord, facts: SettleFacts): boolean =>
  isOver(record, facts) && isAgreed(record, facts);

const unasked: Agreement = { do: 'hold', reason: 'the other regions were not read' };

function openRecord(record: ReleaseRecord, facts: SettleFacts): Settlement {
  const owner = `run ${record.run || '(unknown)'}, attempt ${record.attempt}`;
  // Its own post step asks: whether the main step came to its end is not known here.
  const isOwn = facts.run === 'self';
  const unended = isOwn ? 'this release left it open' : `the release of ${owner} did not end`;
  if (!isOver(record, facts))
    return {
      do: 'wait',
      for: 'run',
      reason: `the release of ${owner} ${facts.run === 'alive' ? 'is under way' : `may be under way until ${record.expires}`}`,
    };
  const agreement = isAgreed(record, facts) ? (facts.agreement ?? unasked) : undefined;
  if (agreement?.do === 'promote')
    return {
      do: 'hands_off',
      traffic: withoutOurTags(facts.live),
      stable: record.candidate,
      reason: `${agreement.reason} by ${owner}, and here only the last write was missing, so ${record.candidate} stays`,
    };
  if (agreement?.do === 'hold')
    return {
      do: 'hold',
      reason: `the release of ${owner} in several regions did not end, and ${agreement.reason}: settle again when it can be, or move the traffic by hand`,
    };
  if (
    !agreement &&
    record.phase === 'held' &&
    facts.purpose !== 'release' &&
    facts.now < Date.parse(record.expires)
  )
    return {
      do: 'hold',
      reason: `the release of ${owner} is held until ${record.expires}, so that a person can decide`,
    };
  if (facts.building && record.phase === 'building')
    return { do: 'wait', for: 'build', reason: `the build of ${owner} is still running` };
  const unchanged = sameAllocation(facts.live, record.wrote);
  const overtaken = !unchanged && pinOvertaken(record, facts);
  // The pin did not hold: the release's own build took the traffic.
  const tookIt = overtaken && facts.buildTookIt === true;
  const before = record.before_revision;
  if (before === undefined)
    return {
      do: 'hands_off',
      traffic: withoutOurTags(facts.live),
      reason: isOwn
        ? 'this first release left its record open, and there is nothing to go back to'
        : `the first release (${owner}) did not end, and there is nothing to go back to`,
    };
  if (overtaken && facts.buildTookIt === undefined)
    return {
      do: 'hold',
      reason: `${unended}, and ${facts.latestCreated} has the traffic that it had pinned to ${before}: whether its own build or another deploy took it cannot be known`,
    };
  if (!unchanged && !tookIt)
    return {
      do: 'hands_off',
      traffic: withoutOurTags(facts.live),
      reason: isOwn
        ? `another tool or person moved the traffic during this release (${allocationText(facts.serving)}), so only its tags are removed`
        : `${unended}, and the traffic was moved by another tool or person since (${allocationText(facts.serving)})`,
    };
  if (facts.before !== 'ready')
    return {
      do: 'hold',
      reason: `${unended}, and ${before} ${facts.before === 'gone' ? 'is gone' : 'is not ready'}`,
    };
  const back = restore(record.before, before, {
    traffic: facts.live,
    created: facts.latestCreated,
    ready: facts.latestReady,
  });
  const why = tookIt ? 'its build took the traffic although the traffic was pinned' : agreement?.reason;
  return { do: 'put_back', ...back, reason: why === undefined ? unended : `${unended}, and ${why}` };
}

/** Decides what to do with what an earlier release left. Has an answer for every combination of facts. */
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
