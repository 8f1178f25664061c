import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { watchRules } from '../findings/rules/watch.ts';
import type { ReleaseFacts, SegmentFacts } from './facts.ts';
import { watchFactsOf } from './segments.ts';

/**
 * True if nothing has tried the candidate: there is no smoke test, and in all its watches it got neither a user's request
 * nor a probe. A release without objectives does not count, because its user chose to watch nothing.
 */
export function nothingChecked(
  segments: readonly SegmentFacts[],
  stages: ReleaseFacts['stages'] | readonly { kind: string; verdict: string }[],
): boolean {
  if (stages.some(({ kind, verdict }) => kind === 'smoke' && verdict === 'pass')) return false;
  const watched = segments.map(watchFactsOf).filter((facts) => facts !== undefined);
  return (
    watched.length > 0 && watched.every(({ tests }) => tests.every(({ candidate }) => candidate.total === 0))
  );
}

/** The advice for a release that nothing has tried. */
export function nothingCheckedFinding(candidate: string, suiteFile: string): Finding {
  return {
    ...ofRule(watchRules, 'nothing-checked'),
    title: `Nothing was checked: no user sent ${candidate} a request while it was watched, and there is no smoke suite.`,
    fix: `Add a smoke suite (${suiteFile}), or set probes_per_minute and probe_suite, so that the watch sends requests itself. If no user calls the function during releases, canary: none avoids the wait.`,
  };
}
