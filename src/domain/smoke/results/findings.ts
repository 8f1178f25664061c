import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { smokeRules } from '../../findings/rules/smoke.ts';
import { type CallRefusal, explainInvocation, type Invocation } from '../../invocation/refusal.ts';
import type { Supply } from '../../invocation/supply.ts';
import { explainUnreached, type Load } from '../../invocation/unreached.ts';
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
  champion: 'reads worse than the revision that serves',
} as const;

/** Checks of the text, whose failure may also mean that the suite is out of date. */
const textChecks: ReadonlySet<string> = new Set(['cer', 'wer', 'contains', 'field']);

const stepOf = ({ fix, commands }: CallRefusal): Pick<Finding, 'fix' | 'commands'> => ({ fix, commands });

function nextStepOf(
  result: CaseResult,
  call: Invocation | undefined,
  load: Load | undefined,
  champion: SmokeEvidence['champion'],
): Pick<Finding, 'fix' | 'commands'> {
  const [first] = result.failures;
  if (result.unreached)
    return stepOf(explainUnreached(result.unreached.by, result.unreached.status, call, load));
  if (result.kind === 'champion' && champion?.images === 0 && champion.left === 0)
    return { fix: 'Repair the other checks first: this revision read no image that could be compared.' };
  if (result.kind === 'champion' && champion?.images === 0)
    return {
      fix: `Read the logs of ${champion.revision} at the time of the test. If it is broken and this release repairs it, leave champion out of the suite until then.`,
    };
  if (result.kind === 'champion')
    return result.status === 'error'
      ? { fix: 'Add images to the suite, or allow more with max_worse.' }
      : { fix: 'Look in the job summary at which images it reads worse.' };
  if (result.status === 'error')
    return { fix: 'Check that this runner can reach the function, then run the job again.' };
  if (first && textChecks.has(first.check))
    return { fix: 'Read the text diff in the job summary. If the new text is right, correct the suite.' };
  if (first?.check === 'latency')
    return {
      fix: 'Look for a slower code path or less CPU in this revision, or raise the limit in the suite.',
    };
  if (first?.check === 'status' && (first.status === 401 || first.status === 403)) {
    const explained = call && explainInvocation(first.status, call);
    return explained
      ? stepOf(explained)
      : { fix: 'Grant roles/run.invoker on the service to the account that calls it.' };
  }
  return { fix: 'Read the logs of this revision at the time of the request.' };
}

/** Explains a 401 or 403 if Cloud Run refused our own token; otherwise an empty list. */
function refusalOf(result: CaseResult, call: Invocation | undefined, load: Load | undefined): string[] {
  if (result.unreached)
    return [explainUnreached(result.unreached.by, result.unreached.status, call, load).why];
  const [first] = result.failures;
  if (first?.check !== 'status' || call === undefined) return [];
  const explained = explainInvocation(first.status, call);
  return explained ? [explained.what, explained.why] : [];
}

/** The finding of one result: a check that failed or got no answer, or a case that passed only after a retry. */
function findingOf(
  result: CaseResult,
  evidence: SmokeEvidence,
  call: Invocation | undefined,
  load: Load | undefined,
): Finding | undefined {
  const place = { file: evidence.file, line: result.place.line, column: result.place.column };
  const check = result.failures[0]?.check ?? 'preset';
  if (result.status === 'failed' || result.status === 'error') {
    const unknown = result.status === 'error';
    const reasons = [...result.failures.map((failure) => failure.what), ...refusalOf(result, call, load)];
    const rule = unknown ? 'smoke-unknown' : (`smoke-${check}` as const);
    return {
      ...ofRule(smokeRules, rule),
      title: `${result.name}: ${
        result.unreached
          ? 'the request did not reach the function'
          : result.kind === 'champion' && unknown
            ? 'too little to tell'
            : unknown
              ? 'could not be checked'
              : titles[check]
      }`,
      why: reasons.join(' ') || result.note,
      ...nextStepOf(result, call, load, evidence.champion),
      ...place,
    };
  }
  if (!result.flaky) return undefined;
  return {
    ...ofRule(smokeRules, 'smoke-flaky'),
    title: `${result.name} passed only at attempt ${result.attempts.length}`,
    why: `The attempts ended with ${result.attempts.join(', ')}.`,
    ...place,
  };
}

/** The median time of the answers of the function itself. */
function usualMs(results: readonly CaseResult[]): number | undefined {
  const times = results
    .filter(
      ({ kind, status, unreached }) =>
        kind === 'case' && status !== 'skipped' && status !== 'error' && !unreached,
    )
    .map(({ milliseconds }) => milliseconds)
    .sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
}

/** One finding for every check that did not pass, at its line in the suite. A flaky pass is a finding of low severity. */
export function findingsOf(evidence: SmokeEvidence, call?: Invocation, supply?: Supply): Finding[] {
  const load = supply && { supply, serviceMs: usualMs(evidence.results) };
  return evidence.results.flatMap((result) => findingOf(result, evidence, call, load) ?? []);
}
