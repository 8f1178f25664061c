import { explainInvocation, type Invocation } from '../../invocation/refusal.ts';
import type { Finding } from '../../report/report.ts';
import type { CaseResult, SmokeEvidence } from './result.ts';

const titles = {
  status: 'wrong status',
  answer: 'no usable answer',
  text: 'text in a blank image',
  cer: 'text differs',
  wer: 'words differ',
  contains: 'text is missing',
  matches: 'pattern not found',
  field: 'wrong field',
  header: 'wrong header',
  latency: 'too slow',
  preset: 'check failed',
} as const;

function fixOf(result: CaseResult, call?: Invocation): string {
  const first = result.failures[0];
  if (result.status === 'error')
    return 'Check that the function is reachable from this runner, then run the job again.';
  if (
    first?.check === 'cer' ||
    first?.check === 'contains' ||
    first?.check === 'field' ||
    first?.check === 'wer'
  )
    return 'See the text diff in the job summary; if the new text is right, correct the suite.';
  if (first?.check === 'latency')
    return 'Look for a slower code path or less CPU in this revision, or raise the limit in the suite.';
  if (first?.check === 'status' && (first.found === '401' || first.found === '403'))
    return (
      (call && explainInvocation(Number(first.found), call)?.fix) ??
      'Let the account that calls have roles/run.invoker on the service.'
    );
  return 'See the logs of this revision at the time of the request.';
}

/** What the platform means by the status, where it refused our token. */
function refusalOf(result: CaseResult, call: Invocation | undefined): string {
  const first = result.failures[0];
  if (first?.check !== 'status' || call === undefined) return '';
  const told = explainInvocation(Number(first.found), call);
  return told ? `${told.what} ${told.why}` : '';
}

/** One finding per check that did not pass, at its line in the suite; flaky passes are findings of low severity. */
export function findingsOf(evidence: SmokeEvidence, call?: Invocation): Finding[] {
  return evidence.results.flatMap((result): Finding[] => {
    const place = { file: evidence.file, line: result.place.line, column: result.place.column };
    if (result.status === 'failed' || result.status === 'error') {
      const first = result.failures[0];
      return [
        {
          rule: `smoke-${result.status === 'error' ? 'unknown' : (first?.check ?? 'preset')}`,
          severity: result.status === 'error' ? 'medium' : 'high',
          title: `${result.name}: ${result.status === 'error' ? 'could not find out' : titles[first?.check ?? 'preset']}`,
          why:
            [...result.failures.map((failure) => failure.what), refusalOf(result, call)].join(' ').trim() ||
            result.note,
          fix: fixOf(result, call),
          ...place,
        },
      ];
    }
    if (!result.flaky) return [];
    const why = `Attempts ended with ${result.attempts.join(', ')}.`;
    return [
      {
        rule: 'smoke-flaky',
        severity: 'low',
        title: `${result.name} passed only at attempt ${result.attempts.length}`,
        why,
        ...place,
      },
    ];
  });
}
