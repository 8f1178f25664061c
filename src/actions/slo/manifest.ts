import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'slo',
  description:
    'Makes alerts and dashboards from the file with objectives by which releases are judged, and says where they differ from it.',
  icon: 'bell',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`fail` if something differs (`verify`), is not ours, or cannot be expressed.',
    ),
    outcome: sharedAnd('outcome', 'Always empty.'),
    ...shared('reason', 'report'),
    changes: 'Number of things that differ from the SLO file.',
    writes: 'Number of changes that this run made.',
    files: 'Paths of the files that were made or compared, one in a line.',
  },
};
