import { canaryFolder, mayRemove, type ObjectFact, runFolder, runKey } from '../../domain/drill/canary.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { drillRules } from '../../domain/findings/rules/drill.ts';
import type { DrillPorts } from './ports.ts';

export interface Cleaned {
  removed: number;
  left: string[];
  findings: Finding[];
}

export const nothingCleaned = (): Cleaned => ({ removed: 0, left: [], findings: [] });

export interface CleanUp {
  bucket: string;
  prefix: string;
  run: string;
  /** `own`: what this run made. `all`: besides, what other runs left whose time is over. */
  which: 'own' | 'all';
}

/**
 * Removes canaries, live and noncurrent. Only an object that is exactly as a drill wrote it goes. What soft delete keeps stays until its time is
 * over: nobody can remove that.
 */
export async function cleanUp(
  { buckets, clock }: DrillPorts,
  { bucket, prefix, run, which }: CleanUp,
  into: Cleaned,
  signal?: AbortSignal,
): Promise<void> {
  const folder = which === 'own' ? runFolder(prefix, run) : canaryFolder(prefix);
  const found = await buckets.list(bucket, folder, 'all', signal);
  for (const object of found) {
    const may = mayRemove(object, { prefix, run, now: clock.now() });
    if (may === 'not yet') continue;
    const shown = `gs://${object.bucket}/${object.name}`;
    if (may === 'changed') {
      // An object of somebody else in our folder is no news of every run.
      if (isOf(object, run))
        leave(into, 'drill-changed', shown, `Somebody else changed ${shown}, so it stays.`);
      else into.left.push(shown);
      continue;
    }
    const end = await buckets.removeForGood(object, signal);
    if (end.did === 'removed' || end.did === 'gone') into.removed++;
    else if (end.did !== 'kept')
      leave(
        into,
        'drill-changed',
        shown,
        `Somebody else changed ${shown} while the drill removed it, so it stays.`,
      );
    else leave(into, 'drill-left', shown, `${shown} is left: ${end.why}`);
  }
}

const isOf = ({ name, metadata }: ObjectFact, run: string): boolean =>
  metadata[runKey] === run || name.includes(`/${run}/`);

function leave(into: Cleaned, id: 'drill-changed' | 'drill-left', shown: string, title: string): void {
  into.left.push(shown);
  into.findings.push({ ...ofRule(drillRules, id), about: [shown], title });
}

export const notDone = (bucket: string, what: string, why: string): Finding => ({
  ...ofRule(drillRules, 'drill-not-done'),
  about: [bucket, what],
  title: `${what}: ${why.replace(/\.$/, '')}.`,
});
