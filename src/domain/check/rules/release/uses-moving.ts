import { itemsOf, mapsIn, nodeAt, textAt, type YamlNode } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { isActionFile, isGenerated } from '../../facts/kinds.ts';
import type { Uses } from '../../workflow/model.ts';
import { usesOf } from '../../workflow/parts.ts';
import type { Rule } from '../rule.ts';
import { isReleaseJob } from '../shared/uses.ts';

/** An action that is not pinned to a commit, not locked in `.github/workflows/actions.lock`, and not in this repository. */
export const usesMoving: Rule = (facts, report) => {
  const locked = lockOf(facts);
  const tell = (uses: Uses, isRelease: boolean) => {
    if (!moves(uses) || locked.has(uses.text)) return;
    report.found({
      severity: isRelease ? 'high' : 'medium',
      confidence: 'high',
      at: uses.at,
      title: `${uses.name} is pinned to ${uses.ref === undefined ? 'nothing' : `${uses.ref}, which can move`}.`,
      fix: `Pin it to a commit, with the version behind it: ${uses.name}@<40 hex digits> # ${uses.ref ?? 'v1'}.`,
      evidence: `${uses.text}`,
    });
  };
  for (const job of facts.jobs) {
    const isRelease = isReleaseJob(facts, job);
    if (job.uses) tell(job.uses, isRelease);
    for (const step of job.steps) if (step.uses && step.inside === undefined) tell(step.uses, isRelease);
  }
  for (const file of facts.repository.paths) {
    if (!isActionFile(file) || isGenerated(file)) continue;
    const read = facts.yaml(file);
    if (!read || 'problem' in read) continue;
    for (const step of itemsOf(nodeAt(read.documents[0], 'runs', 'steps'))) {
      const uses = usesOf(file, nodeAt(step, 'uses'));
      if (uses) tell(uses, false);
    }
  }
};

function moves({ name, ref }: Uses): boolean {
  if (/^(\.|\$)\//.test(name)) return false;
  if (name.startsWith('docker://')) return !/^sha256:[0-9a-f]{64}$/.test(ref ?? '');
  return !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(ref ?? '');
}

/** Entries of the lock file that hold a commit. The file alone proves nothing. */
function lockOf(facts: Facts): ReadonlySet<string> {
  const read = facts.yaml('.github/workflows/actions.lock');
  const root: YamlNode | undefined = read && 'documents' in read ? read.documents[0] : undefined;
  const names = new Set<string>();
  for (const map of mapsIn(root))
    for (const { key, value } of map.entries) {
      const commit =
        value.kind === 'text' ? value.text : (textAt(value, 'commit') ?? textAt(value, 'sha') ?? '');
      if (key.includes('@') && /[0-9a-f]{40}/.test(commit)) names.add(key);
    }
  return names;
}
