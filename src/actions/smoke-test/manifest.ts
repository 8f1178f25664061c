import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'smoke-test',
  description: 'Sends real images to an HTTP function and scores the text that comes back, Latin and Hangul.',
  icon: 'eye',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd('verdict', '`inconclusive` if something could not be checked.'),
    outcome: sharedAnd('outcome', '`cancelled` if the run was cancelled, else empty.'),
    passed: 'Number of checks that passed.',
    failed: 'Number of checks that failed or got no answer.',
    flaky: 'Number of checks that passed, but not at the first attempt.',
    cer: 'Character error rate over all cases with an expected text, from 0.',
    first_answer_ms: 'Milliseconds of the first request, which may have met a cold start.',
    p95_ms: '95th percentile of warm requests in milliseconds, if the suite measures latency.',
    ctrf: 'Path of the results (CTRF JSON).',
    ...shared('junit', 'reason', 'report'),
  },
};
