import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'check',
  description:
    'Checks workflows, scripts, Terraform and API definitions of a change: what makes a function public, uses a key, or cuts a release short.',
  icon: 'check-circle',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd('verdict', '`fail` if a finding counts, `inconclusive` if there was nothing to read.'),
    outcome: sharedAnd('outcome', 'Always empty.'),
    ...shared('reason', 'report'),
    new: 'Number of findings that the change brings.',
    found: 'Number of all findings.',
    sarif: 'Path of the findings (SARIF 2.1.0), for github/codeql-action/upload-sarif.',
  },
};
