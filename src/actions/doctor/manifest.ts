import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'doctor',
  description:
    'Examines what a release will need before one runs: login, permissions, logs, files, runtime, and whether a rollback would work. It changes nothing.',
  icon: 'activity',
  main: 'main.js',
  outputs: {
    verdict: '`pass`, `fail` (a release would fail, or a stranger could log in) or `inconclusive`.',
    outcome: 'Always empty, because this action changes nothing.',
    reason: 'One sentence that says why.',
    report: 'Path of the report (JSON).',
  },
};
