import type { Place } from '../../data/locate.ts';
import { type Verdict, worst } from '../../findings/verdict.ts';
import type { Score } from '../../ocr/score.ts';
import type { TextPolicy } from '../../ocr/units.ts';
import type { Failure } from '../failure.ts';
import type { Percentiles } from '../latency.ts';

export type CaseStatus = 'passed' | 'failed' | 'error' | 'skipped';

export interface CaseResult {
  kind: 'case' | 'preset' | 'latency';
  name: string;
  place: Place;
  /** `error`: could not find out, for want of an answer. */
  status: CaseStatus;
  /** Passed, but not at the first attempt. */
  flaky: boolean;
  /** How each attempt ended: a status or why no answer came. */
  attempts: string[];
  /** Of the last attempt. */
  milliseconds: number;
  failures: Failure[];
  score?: Score | undefined;
  /** How the text was compared. */
  policy?: TextPolicy | undefined;
  /** What was expected and read, at most 4,000 characters each; hostile. */
  expected?: string | undefined;
  recognised?: string | undefined;
  /** Why it was skipped, or what was seen. */
  note?: string | undefined;
}

/** What the smoke test saw; summary, JUnit, CTRF and annotations are functions of it. */
export interface SmokeEvidence {
  suite: string;
  file: string;
  /** Origin and path of the target, no query. */
  url: string;
  results: CaseResult[];
  /** The first request of the run, which may have met a cold start; undefined where nothing answered. */
  coldMs: number | undefined;
  latency: Percentiles | undefined;
  /** Sum of edits / sum of characters, and mean of the cases' rates, over cases with an expected text. */
  cer: { micro: number; macro: number; characters: number } | undefined;
  milliseconds: number;
}

export function statusOf(failures: readonly Failure[]): CaseStatus {
  return failures.length > 0 ? 'failed' : 'passed';
}

/** `error` is "could not find out"; a suite of which everything was skipped has found out nothing. */
export function verdictOf(results: readonly CaseResult[]): Verdict {
  const words = { passed: 'pass', failed: 'fail', error: 'inconclusive' } as const;
  return worst(results.flatMap((result) => (result.status === 'skipped' ? [] : [words[result.status]])));
}

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

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** One sentence: the verdict's reason. */
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
      : `${unknown.length} of ${plural(ran, 'check')} got no answer`;
  return `${many}: ${first.name}: ${first.failures[0]?.what ?? first.note ?? ''}`;
}
