import type { Finding } from '../../domain/findings/finding.ts';

/** A rollback does not change the function resource, which still describes the last build. Says so if that differs. */
export function driftOf(described: string | undefined, serving: string): Finding[] {
  if (described === undefined || described === serving) return [];
  return [
    {
      rule: 'function-describes-another-revision',
      severity: 'medium',
      title: `${serving} serves, but the function resource still describes ${described}.`,
      why: 'A rollback only moves traffic. The source, environment and settings that are saved with the function are still those of the newer build, and the next deploy starts from them.',
      fix: `Your next release must set everything that ${described} changed. Until then deploys of other tools get no traffic, because the revision is pinned by name.`,
    },
  ];
}
