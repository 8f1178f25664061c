import { andList } from '../text/sentence.ts';
import type { ParsedRecord } from './parse-record.ts';
import { isOpen, type ReleaseRecord } from './record.ts';
import { soleServing } from './serving.ts';
import type { Traffic } from './traffic.ts';

/**
 * What became of a release in several regions that died between its last watch and its end. Before the first region is promoted, the record of
 * each says that it can be, and which revision is to be promoted elsewhere. So what is to be done with one region can be read from the others.
 */

/** What was read of another region. */
export type OtherRegion =
  | {
      kind: 'read';
      region: string;
      /** What this release was to promote there. */
      candidate: string;
      parsed: ParsedRecord;
      service: { traffic: Traffic; trafficStatuses: Traffic; latestReadyRevision: string | undefined };
    }
  | { kind: 'gone'; region: string }
  | { kind: 'unread'; region: string; why: string };

/**
 * `promoted`: the release was decided. `agreed`: it can be promoted there. `against`: it serves something else, or never came to agree.
 * `silent`: it says nothing about this release any more.
 */
type Says = 'promoted' | 'agreed' | 'against' | 'silent' | 'unread';

/** What to do with a region whose record says that it can be promoted, and why, as part of a sentence. */
export interface Agreement {
  do: 'promote' | 'back' | 'hold';
  reason: string;
}

function saysOf(other: OtherRegion, id: string): Says {
  if (other.kind !== 'read') return other.kind === 'gone' ? 'silent' : 'unread';
  const { candidate, parsed, service } = other;
  const serving = soleServing(service);
  const isServing = serving === candidate;
  if (parsed.kind !== 'record') return isServing ? 'silent' : 'against';
  const { record } = parsed;
  if (record.id !== id) return saysLater(record, candidate, isServing);
  if (!isOpen(record)) {
    const isBack = serving !== undefined && serving === record.before_revision;
    return record.stable === candidate && !isBack ? 'promoted' : 'against';
  }
  if (record.agreed === undefined || !isServing) return 'against';
  return record.phase === 'held' ? 'promoted' : 'agreed';
}

/** A later release, or a person who has moved the traffic with this suite, has written the record. */
function saysLater(record: ReleaseRecord, candidate: string, isServing: boolean): Says {
  if (record.failed.includes(candidate)) return 'against';
  if (isServing || record.before_revision === candidate || record.stable === candidate) return 'promoted';
  // It has released something newer, which says nothing about what this release left.
  if (!isOpen(record) && record.candidate !== undefined && record.stable === record.candidate)
    return 'silent';
  return 'against';
}

/**
 * Decides by all other regions. A region that is promoted settles it, because only then is one promoted. Otherwise one that is not, or will
 * not be, takes all back. What cannot be read is waited for: a wrong guess would leave two versions.
 */
export function decideAgreement(
  { id, phase }: Pick<ReleaseRecord, 'id' | 'phase'>,
  others: readonly OtherRegion[],
): Agreement {
  const said = others.map((other) => ({ other, says: saysOf(other, id) }));
  const regions = (says: Says) => said.filter((one) => one.says === says).map(({ other }) => other.region);
  const against = regions('against');
  const promoted = regions('promoted');
  const isAre = (list: readonly unknown[]) => (list.length === 1 ? 'is' : 'are');
  if (promoted.length > 0) {
    const rest = against.length > 0 ? `, although ${andList(against)} ${isAre(against)} not any more` : '';
    return { do: 'promote', reason: `${andList(promoted)} ${isAre(promoted)} promoted${rest}` };
  }
  if (against.length > 0)
    return {
      do: 'back',
      reason: `${andList(against)} ${against.length === 1 ? 'does' : 'do'} not have this release`,
    };
  const unread = said.flatMap(({ other }) => (other.kind === 'unread' ? [other] : []));
  // It is only held if its last write failed after all had agreed.
  if (unread.length > 0 && phase !== 'held')
    return {
      do: 'hold',
      reason: `whether ${andList(unread.map(({ region }) => region))} ${isAre(unread)} promoted could not be read (${unread[0]?.why.replace(/\.$/, '')})`,
    };
  return { do: 'promote', reason: 'every region could be promoted' };
}
