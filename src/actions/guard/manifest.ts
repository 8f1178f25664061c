import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'guard',
  description:
    'Proves whether an HTTP function on Google Cloud is private, from policies, roles and anonymous requests, and closes it if you ask.',
  icon: 'shield',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd('verdict', '`pass` if the function is private, `fail` if it or its source is public.'),
    outcome: sharedAnd('outcome', '`exposed` if the function is public at the end, else empty.'),
    ...shared('reason', 'exposure', 'report'),
    proof: '`complete` or `partial`.',
    sarif: 'Path of the findings (SARIF 2.1.0), for github/codeql-action/upload-sarif.',
  },
};
