import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'doctor',
  description:
    'Examines what a release will need before one runs: login, permissions, logs, files, runtime, and whether a rollback would work. It changes nothing.',
  icon: 'activity',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd('verdict', '`fail` if a release would fail, or if a stranger could log in.'),
    outcome: sharedAnd('outcome', 'Always empty, because this action changes nothing.'),
    ...shared('reason', 'report'),
  },
};
