import type { Place } from '../../data/locate.ts';
import { type Verdict, worst } from '../../findings/verdict.ts';
import type { UnreachedBy } from '../../invocation/unreached.ts';
import type { Score } from '../../ocr/score.ts';
import type { TextPolicy } from '../../ocr/units.ts';
import { plural } from '../../text/sentence.ts';
import type { Comparison } from '../champion/compare.ts';
import type { Failure } from '../failure.ts';
import type { Isolation } from '../isolation.ts';
import type { Percentiles } from '../latency.ts';
import type { ThresholdsUsed } from '../thresholds.ts';

export type CaseStatus = 'passed' | 'failed' | 'error' | 'skipped';

/** The result of one check: a case, a preset, the latency check or the comparison with the champion. */
export interface CaseResult {
  kind: 'case' | 'preset' | 'latency' | 'champion';
  name: string;
  place: Place;
  /** `error` means that the function did not answer, so nothing is known about it. */
  status: CaseStatus;
  /** True if Google's front end answered instead of the function, so the environment failed and not the code. */
  unreached?: { by: UnreachedBy; status: number } | undefined;
  /** The check passed, but not at the first attempt. */
  flaky: boolean;
  /** How each attempt ended: a status, or why no answer came. */
  attempts: string[];
  /** Duration of the last attempt. */
  milliseconds: number;
  failures: Failure[];
  score?: Score | undefined;
  /** How the texts were compared. */
  policy?: TextPolicy | undefined;
  /** The expected and the recognised text, hostile and cut to 4,000 characters each. */
  expected?: string | undefined;
  recognised?: string | undefined;
  /** Why the check was skipped, or what it measured. */
  note?: string | undefined;
}

/** Everything that the smoke test saw. Summary, JUnit, CTRF and annotations are made from it. */
export interface SmokeEvidence {
  suite: string;
  file: string;
  /** Origin and path of the target, without a query. */
  url: string;
  results: CaseResult[];
  /** Milliseconds until the first answer, which may include a cold start. Undefined if nothing answered. */
  coldMs: number | undefined;
  latency: Percentiles | undefined;
  /** Over the cases with an expected text. `micro` is all edits divided by all characters, `macro` the mean of the cases' rates. */
  cer: { micro: number; macro: number; characters: number } | undefined;
  milliseconds: number;
  /** Only if the suite compares with the revision that serves. `left`: images that one of the two did not read. */
  champion?: (Comparison & { revision: string; left: number }) | undefined;
  /** Only if the suite pins thresholds to models. */
  thresholds?: ThresholdsUsed | undefined;
  /** Only for a function that `command` started. */
  isolation?: Isolation | undefined;
}

/** The status of a check that got its answers. */
export function statusOf(failures: readonly Failure[]): CaseStatus {
  return failures.length > 0 ? 'failed' : 'passed';
}

/** The verdict of all checks together. Inconclusive if every check was skipped, because then nothing is known. */
export function verdictOf(results: readonly CaseResult[]): Verdict {
  const verdicts = { passed: 'pass', failed: 'fail', error: 'inconclusive' } as const;
  return worst(results.flatMap((result) => (result.status === 'skipped' ? [] : [verdicts[result.status]])));
}

/** The character error rate over all cases. Undefined if no case has an expected text. */
export function cerOf(results: readonly CaseResult[]): SmokeEvidence['cer'] {
  const scores = results.flatMap((result) => (result.score && result.score.length > 0 ? [result.score] : []));
  if (scores.length === 0) return undefined;
  const characters = scores.reduce((sum, score) => sum + score.length, 0);
  const edits = scores.reduce((sum, score) => sum + score.distance, 0);
  return {
    micro: edits / characters,
    macro: scores.reduce((sum, score) => sum + score.cer, 0) / scores.length,
    characters,
  };
}

/** Why the verdict is what it is, as one sentence. */
export function reasonOf(evidence: Omit<SmokeEvidence, 'milliseconds'>): string {
  const { results } = evidence;
  const of = (status: CaseStatus) => results.filter((result) => result.status === status);
  const failed = of('failed');
  const unknown = of('error');
  const ran = results.length - of('skipped').length;
  const first = failed[0] ?? unknown[0];
  if (!first) {
    if (ran === 0) return 'Every check was skipped, so nothing is known.';
    const flaky = results.filter((result) => result.flaky).length;
    const cer = evidence.cer ? `, CER ${(evidence.cer.micro * 100).toFixed(2)} %` : '';
    return `${plural(ran, 'check')} passed${cer}${flaky > 0 ? `, ${flaky} of them flaky` : ''}.`;
  }
  const many =
    failed.length > 0
      ? `${failed.length} of ${plural(ran, 'check')} failed`
      : `${unknown.length} of ${plural(ran, 'check')} ${unknown.some(({ unreached }) => unreached) ? 'did not reach the function' : first.kind === 'champion' ? 'could not be decided' : 'got no answer'}`;
  return `${many}: ${first.name}: ${first.failures[0]?.what ?? first.note ?? ''}`;
}
