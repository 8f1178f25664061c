import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'rollback',
  description:
    'Sends the traffic of an HTTP function back to an earlier revision in a second, and finishes releases that did not end.',
  icon: 'rotate-ccw',
  main: 'main.js',
  outputs: {
    outcome: sharedAnd(
      'outcome',
      '`rolled_back` (also if that revision served already), `blocked` (refused), `held`, `yielded`, `superseded`, or `promoted` (a region where only the last write was missing). Empty if there was nothing to settle.',
    ),
    serving_revision:
      'Short name of the revision that serves now. If several do, the one that gets the most requests.',
    ...shared('verdict', 'reason', 'traffic', 'report'),
  },
};
