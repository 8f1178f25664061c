import type { Api } from './api.ts';
import type { Known } from './known.ts';
import { lintBackends } from './lint-backends.ts';
import { lintQuota } from './lint-quota.ts';
import { lintSecurity } from './lint-security.ts';
import { collector, type GatewayProblem } from './problem.ts';

/** Everything that is wrong with what a gateway would make of a document. */
export function lint(api: Api, known: Known = {}): GatewayProblem[] {
  const { tell, all } = collector();
  for (const { at, what } of api.problems)
    tell('gateway-document', {
      at,
      title: `A part of the document is not known: ${what}.`,
      fix: 'Point the reference at a place in this document.',
      evidence: what,
    });
  lintSecurity(api, tell);
  lintBackends(api, known, tell);
  lintQuota(api, tell);
  return all();
}
