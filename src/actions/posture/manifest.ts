import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'posture',
  description:
    'Shows the state of every protection of a service on Google Cloud in one table: present, bypassable, absent or unknown, with the call that shows it and the smallest repair.',
  icon: 'eye',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`fail` if something in `fail_on` was found, `inconclusive` if `fail_on` has `unknown` and a row could not be read.',
    ),
    ...shared('outcome', 'reason', 'report'),
    bypassable: 'How many protections can be bypassed.',
    absent: 'How many protections are missing that somebody should add.',
    unknown: 'How many rows could not be read.',
    worse: 'How many things became worse since `earlier_report`. Empty without one.',
    sarif: 'Path of the findings (SARIF 2.1.0), for github/codeql-action/upload-sarif.',
  },
};
