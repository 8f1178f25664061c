import type { Finding } from '../../domain/findings/finding.ts';

/** The function resource is no part of a rollback: it still describes what was built last. */
export function driftOf(described: string | undefined, serving: string): Finding[] {
  if (described === undefined || described === serving) return [];
  return [
    {
      rule: 'function-describes-another-revision',
      severity: 'medium',
      title: `${serving} serves, while the function resource still describes ${described}.`,
      why: 'A rollback moves traffic only; source, environment and settings of the function stay those of the newer build, and the next deploy starts from them.',
      fix: `Release a commit that sets again whatever ${described} changed; deploys of other tools get no traffic while the revision is pinned by name.`,
    },
  ];
}
