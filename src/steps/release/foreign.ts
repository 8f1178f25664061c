import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import type { ReleaseRun } from './run.ts';

/** Reports a newest revision that is not, or perhaps not, of this release. `isOurs` is undefined where that cannot be known. */
export function noteUnclaimed({ journal }: ReleaseRun, revision: string, isOurs: false | undefined): void {
  journal.findNew([
    {
      ...ofRule(trafficRules, 'foreign-revision'),
      ...(isOurs === false
        ? {
            title: `${revision} was deployed during this release, and not by it. This release does not promote it.`,
            why: 'Another tool or another workflow deployed the same function.',
          }
        : {
            title: `${revision} is new, and whether this release or another deploy made it cannot be known. This release does not promote it.`,
            why: 'The change of this release got no answer, and others copy the labels that it sets.',
          }),
      fix: 'Look at who deployed it. Then run this release again from its commit.',
    },
  ]);
}

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
