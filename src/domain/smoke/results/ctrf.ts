import { slug } from '../../product.ts';
import type { CaseResult, SmokeEvidence } from './result.ts';

const statuses = { passed: 'passed', failed: 'failed', skipped: 'skipped', error: 'other' } as const;

/** One test of the report. Only a case has attempts; a preset sends several different requests. */
function testOf(result: CaseResult, evidence: SmokeEvidence): object {
  const retries = Math.max(0, result.attempts.length - 1);
  return {
    name: result.name,
    status: statuses[result.status],
    duration: Math.round(result.milliseconds),
    suite: [evidence.suite, result.kind],
    rawStatus: result.status,
    type: 'smoke',
    filePath: evidence.file,
    line: result.place.line,
    ...(result.failures.length > 0
      ? {
          message: result.failures
            .map((failure) => failure.what)
            .join(' ')
            .slice(0, 4000),
        }
      : {}),
    ...(result.failures.length === 0 && result.note !== undefined ? { message: result.note } : {}),
    ...(result.kind === 'case'
      ? {
          retries,
          flaky: result.flaky,
          ...(retries > 0
            ? {
                retryAttempts: result.attempts
                  .slice(0, -1)
                  .map((attempt, i) => ({ attempt: i + 1, status: 'failed', message: attempt })),
              }
            : {}),
        }
      : { flaky: result.flaky }),
    ...(result.score ? { extra: { score: result.score } } : {}),
  };
}

/** The results in the Common Test Report Format (ctrf-io/ctrf, schema of 2026-07). It allows no further keys, so our own numbers go to `extra`. */
export function ctrf(evidence: SmokeEvidence, stop: number): object {
  const count = (status: CaseResult['status']) =>
    evidence.results.filter((result) => result.status === status).length;
  return {
    reportFormat: 'CTRF',
    specVersion: '0.1.0',
    timestamp: new Date(stop).toISOString(),
    generatedBy: `${slug} smoke-test`,
    results: {
      tool: { name: slug },
      summary: {
        tests: evidence.results.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: 0,
        other: count('error'),
        flaky: evidence.results.filter((result) => result.flaky).length,
        suites: 1,
        start: Math.round(stop - evidence.milliseconds),
        stop: Math.round(stop),
        duration: Math.round(evidence.milliseconds),
        extra: {
          cer: evidence.cer ?? null,
          latency: evidence.latency ?? null,
          coldMs: evidence.coldMs ?? null,
        },
      },
      tests: evidence.results.map((result) => testOf(result, evidence)),
    },
  };
}
