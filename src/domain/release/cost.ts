import type { ReleaseFacts } from './facts.ts';
import { countsOf } from './segments.ts';

/**
 * What a release cost its users. `requests` and `failed` are the candidate's; `extra` of them would not have failed on
 * the old revision, whose error rate at the same time is known.
 */
export function costOf(facts: ReleaseFacts): { failed: number; extra: number; requests: number } {
  let failed = 0;
  let extra = 0;
  let requests = 0;
  for (const segment of facts.segments) {
    const { candidate, baseline } = countsOf(segment);
    const usual = baseline.total > 0 ? baseline.bad / baseline.total : 0;
    failed += candidate.bad;
    requests += candidate.total;
    extra += Math.max(0, candidate.bad - usual * candidate.total);
  }
  return { failed, extra, requests };
}
