import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'rollback',
  description:
    'Sends the traffic of an HTTP function back to an earlier revision in a second, and finishes releases that did not end.',
  icon: 'rotate-ccw',
  main: 'main.js',
  outputs: {
    verdict: '`pass`, `fail` or `inconclusive`.',
    outcome:
      '`rolled_back` (also if that revision served already), `blocked` (refused), `held`, `yielded` or `superseded`. Empty if there was nothing to settle.',
    reason: 'One sentence that says what happened.',
    revision: 'Short name of the revision that serves now.',
    traffic: 'Traffic at the end, as JSON: a list of revision and percent.',
    report: 'Path of the report (JSON).',
  },
};
