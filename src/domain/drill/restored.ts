import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { drillRules } from '../findings/rules/drill.ts';
import { spanText } from '../text/span.ts';
import type { Way } from './bucket.ts';
import type { Targets } from './protect.ts';

/** What one restore of a bucket's canaries measured. */
export interface Restored {
  bucket: string;
  way: Way;
  objects: number;
  bytes: number;
  /** Names of canaries that did not come back. */
  missing: readonly string[];
  /** Names of canaries that came back with other bytes. */
  differ: readonly string[];
  /** Seconds of writes that did not come back. Undefined: nothing came back, so nothing can be measured. */
  rpo_seconds: number | undefined;
  /** Seconds from the loss until every canary was read and compared. */
  rto_seconds: number | undefined;
}

export const wayText: Readonly<Record<Way, string>> = {
  versions: 'from its noncurrent versions',
  'soft-delete': 'from soft delete',
  copy: 'from its copy',
};

const named = (names: readonly string[]): string =>
  names.length === 1 ? (names[0] ?? '') : `${names[0]} and ${names.length - 1} more`;

/** What a restore says about the bucket: bytes first, then the objectives. */
export function judgeRestored(restored: Restored, { rpo, rto }: Targets): Finding[] {
  const { bucket, way, missing, differ, objects } = restored;
  const about = [bucket, way];
  const from = wayText[way];
  const findings: Finding[] = [];
  if (differ.length > 0)
    findings.push({
      ...ofRule(drillRules, 'drill-bytes-differ'),
      about,
      title: `${differ.length} of ${objects} objects of ${bucket} came back ${from} with other bytes: ${named(differ)}.`,
      fix: 'Keep the object for an examination, and trust no restore of this bucket until it is explained.',
    });
  if (missing.length > 0)
    findings.push({
      ...ofRule(drillRules, 'drill-not-restored'),
      about,
      title: `${missing.length} of ${objects} objects of ${bucket} did not come back ${from}: ${named(missing)}.`,
      fix:
        way === 'copy'
          ? 'See whether the copy is still replicated, and whether it follows deletions: a copy that does is no backup.'
          : 'See whether a rule of the lifecycle or another program deletes what the bucket should keep.',
    });
  if (rpo !== undefined && restored.rpo_seconds !== undefined && restored.rpo_seconds > rpo)
    findings.push({
      ...ofRule(drillRules, 'drill-rpo'),
      about,
      title: `${bucket} lost ${spanText(restored.rpo_seconds)} of writes ${from}. At most ${spanText(rpo)} may be lost.`,
      fix: 'Replicate more often, or state the RPO that is kept.',
    });
  if (rto !== undefined && restored.rto_seconds !== undefined && restored.rto_seconds > rto)
    findings.push({
      ...ofRule(drillRules, 'drill-rto'),
      about,
      title: `${bucket} took ${spanText(restored.rto_seconds)} to come back ${from}. It may take ${spanText(rto)}.`,
      fix: 'Restore with more calls at a time, keep the data nearer, or state the RTO that is kept.',
    });
  return findings;
}

/**
 * Seconds of writes that are lost: from the newest generation that came back to the newest that was written. Undefined if none
 * came back.
 * @param written when each generation was written, in milliseconds
 * @param back those of them that can be restored
 */
export function lostSeconds(written: readonly number[], back: readonly number[]): number | undefined {
  if (back.length === 0 || written.length === 0) return undefined;
  return Math.max(0, Math.max(...written) - Math.max(...back)) / 1000;
}
