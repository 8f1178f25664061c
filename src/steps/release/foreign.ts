import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import type { ReleaseRun } from './run.ts';

/** Reports a revision that others deployed during the release. It gets no traffic, and this release never promotes it. */
export function noteForeign({ journal, candidate, found }: ReleaseRun, latest: string | undefined): void {
  const known = [undefined, candidate, found.before?.revision, found.latest];
  if (candidate === undefined || latest === undefined || known.includes(latest)) return;
  journal.findNew([
    {
      ...ofRule(trafficRules, 'foreign-revision'),
      title: `${latest} was deployed during this release. It gets no traffic, and this release does not promote it.`,
      why: 'Another tool or another workflow deployed the same function.',
      fix: 'Release that revision on its own: run this release again from its commit.',
    },
  ]);
}
