import type { SloMode } from '../../domain/alerting/evidence.ts';
import { type Change, changesOf, type Managed, writesOf } from '../../domain/alerting/managed.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { sloRules } from '../../domain/findings/rules/slo.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { countText } from '../../domain/text/numbers.ts';
import { plural } from '../../domain/text/sentence.ts';
import type { Log } from '../ports/log.ts';
import type { SloStore } from './ports.ts';

export interface KeepRequest {
  mode: SloMode;
  wanted: readonly Managed[];
  prune: boolean;
  signal: AbortSignal;
}

export interface KeepResult {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  changes: Change[];
  writes: number;
}

const nameOf = ({ kind, name }: Change) => `${kind} ${name}`;

/**
 * Compares what the SLO file makes with what is there, and writes the difference if the mode is to. What is not ours is never
 * changed: then nothing at all is written, so that no half of an SLO is left.
 */
export async function keep(
  { store, log }: { store: SloStore; log: Log },
  { mode, wanted, prune, signal }: KeepRequest,
): Promise<KeepResult> {
  const changes = changesOf(wanted, await store.read(wanted, signal), { prune });
  const findings = findingsOf(changes, mode);
  const foreign = changes.filter(({ does }) => does === 'foreign');
  const writes = writesOf(changes);
  const base = { findings, changes, writes: 0 };
  if (foreign.length > 0)
    return {
      ...base,
      verdict: 'fail',
      reason: `${foreign.map(nameOf).join(', ')} ${foreign.length > 1 ? 'are' : 'is'} there and not ours, so nothing was changed.`,
    };
  if (mode === 'plan')
    return {
      ...base,
      verdict: 'pass',
      reason:
        writes.length > 0 ? `${plural(writes.length, 'change')} would be made.` : 'Nothing would be changed.',
    };
  if (mode === 'verify')
    return writes.length > 0
      ? { ...base, verdict: 'fail', reason: driftReason(writes) }
      : { ...base, verdict: 'pass', reason: 'Everything is as the SLO file makes it.' };
  for (const change of writes) {
    signal.throwIfAborted();
    const own = wanted.find(({ kind, name }) => kind === change.kind && name === change.name);
    await store.write(change, change.does === 'delete' ? undefined : own, signal);
    base.writes++;
    log.line(`${words[change.does] ?? change.does} ${nameOf(change)}.`);
  }
  return {
    ...base,
    verdict: 'pass',
    reason:
      writes.length > 0
        ? `${plural(writes.length, 'change')} made.`
        : 'Nothing was changed, because everything is as the SLO file makes it.',
  };
}

const words: Partial<Record<Change['does'], string>> = {
  create: 'Made',
  update: 'Changed',
  delete: 'Deleted',
};

function driftReason(writes: readonly Change[]): string {
  const [first] = writes as readonly [Change];
  const field = first.fields[0]?.field;
  const more = writes.length > 1 ? ` and ${countText(writes.length - 1)} more` : '';
  return `${nameOf(first)}${field === undefined ? '' : ` (${field})`}${more} ${writes.length > 1 ? 'differ' : 'differs'} from the SLO file.`;
}

function findingsOf(changes: readonly Change[], mode: SloMode): Finding[] {
  return changes.flatMap((change): Finding[] => {
    const about = [change.kind, change.name];
    if (change.does === 'foreign')
      return [
        {
          ...ofRule(sloRules, 'slo-foreign'),
          about,
          title: `The ${nameOf(change)} is there and is not ours.`,
          fix: 'Rename it, or give the SLO another metadata.name.',
        },
      ];
    if (change.does === 'stale')
      return [
        {
          ...ofRule(sloRules, 'slo-stale'),
          about,
          title: `The ${nameOf(change)} is ours, and the SLO file no longer makes it.`,
          fix: 'Set prune: true to delete it.',
        },
      ];
    if (mode !== 'verify' || change.does === 'nothing') return [];
    return [{ ...ofRule(sloRules, 'slo-drift'), about, title: driftText(change), fix: 'Run mode: apply.' }];
  });
}

function driftText(change: Change): string {
  if (change.does === 'create') return `The ${nameOf(change)} is missing.`;
  if (change.does === 'delete') return `The ${nameOf(change)} should no longer be there.`;
  const fields = change.fields
    .slice(0, 5)
    .map(({ field, from, to }) => `${field} is ${from ?? 'not set'}, expected ${to ?? 'none'}`);
  const more = change.fields.length > 5 ? ` and ${change.fields.length - 5} more fields` : '';
  return `The ${nameOf(change)} differs: ${fields.join('; ')}${more}.`;
}
