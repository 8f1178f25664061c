import { releaseLabel } from '../product.ts';
import type { ReleaseRecord } from './record.ts';

/** A change of a function, as its API lists it. */
export interface ListedChange {
  /** RFC 3339. */
  createTime: string | undefined;
  /** The labels that the function was asked to have. */
  labels: Readonly<Record<string, string>>;
  /** The upload that it was asked to build. */
  upload: string | undefined;
  /** Short name of the revision that it has made. */
  revision: string | undefined;
}

/** Does what is deployed, or what was asked for, carry the labels that a release's own build gives it? */
export const carriesLabels = (
  labels: Readonly<Record<string, string>> | undefined,
  expected: Readonly<Record<string, string>>,
): boolean => Object.entries(expected).every(([name, value]) => labels?.[name] === value);

/**
 * Did a release's own change make the revision, and no other one before it? Undefined if the list does not show it. Other tools copy the labels that they
 * find, so labels alone prove nothing. But a copy comes after the original, and builds an upload of its own.
 */
export function madeByRelease(
  revision: string,
  { id, marks, function_update_time: since }: Pick<ReleaseRecord, 'id' | 'marks' | 'function_update_time'>,
  changes: readonly ListedChange[],
): boolean | undefined {
  const maker = changes.find((change) => change.revision === revision);
  if (maker === undefined || marks === undefined) return undefined;
  if (!carriesLabels(maker.labels, marks)) return false;
  const named = changes.filter(({ labels }) => labels[releaseLabel] === id);
  // The same source and settings: an attempt that this release has joined, or a deploy of someone else.
  if (!named.includes(maker)) return undefined;
  const others = named.filter((change) => change !== maker);
  if (others.every((other) => timeOf(other) > timeOf(maker))) {
    // Another deploy may have unpinned the traffic before.
    const between = changes.some(
      (change) =>
        change.revision !== undefined &&
        timeOf(change) < timeOf(maker) &&
        timeOf(change) > Date.parse(since ?? ''),
    );
    return between ? undefined : true;
  }
  // A request whose answer was lost is sent twice, with the same upload.
  return others.some(({ upload }) => upload === maker.upload) ? undefined : false;
}

const timeOf = ({ createTime }: ListedChange) => Date.parse(createTime ?? '');
