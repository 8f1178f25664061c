import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'smoke-test',
  description: 'Sends real images to an HTTP function and scores the text that comes back, Latin and Hangul.',
  icon: 'eye',
  main: 'main.js',
  outputs: {
    verdict: '`pass`, `fail` or `inconclusive` (something could not be checked).',
    outcome: '`cancelled` if the run was cancelled, else empty.',
    reason: 'One sentence that says why.',
    passed: 'Number of checks that passed.',
    failed: 'Number of checks that failed or got no answer.',
    flaky: 'Number of checks that passed, but not at the first attempt.',
    cer: 'Character error rate over all cases with an expected text, from 0.',
    first_answer_ms: 'Milliseconds of the first request, which may have met a cold start.',
    p95_ms: '95th percentile of warm requests in milliseconds, if the suite measures latency.',
    junit: 'Path of the results (JUnit XML).',
    ctrf: 'Path of the results (CTRF JSON).',
    report: 'Path of the report (JSON).',
  },
};
