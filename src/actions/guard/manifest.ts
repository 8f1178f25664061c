import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'guard',
  description:
    'Proves whether an HTTP function on Google Cloud is private, from policies, roles and anonymous requests, and closes it if you ask.',
  icon: 'shield',
  main: 'main.js',
  outputs: {
    verdict: '`pass` (private), `fail` (public, or its source is) or `inconclusive`.',
    outcome: '`exposed` if the function is public at the end, else empty.',
    reason: 'One sentence that says why.',
    exposure: '`private`, `public` or `unknown`.',
    proof: '`complete` or `partial`.',
    report: 'Path of the report (JSON).',
    sarif: 'Path of the findings (SARIF 2.1.0), for github/codeql-action/upload-sarif.',
  },
};
