import { confidenceSequence } from '../../domain/evidence/confidence.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import type { Decision, Standing } from '../../domain/evidence/decide.ts';
import { smallestDetectable } from '../../domain/evidence/detectable.ts';
import { alphaOf, type TestState } from '../../domain/evidence/state.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import { againstOf } from '../../domain/watch/live-line.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { TestSummary } from './evidence.ts';
import type { WatchRequest } from './request.ts';

/**
 * What each test of the watch has seen in all.
 * @param unread by test: the candidate's requests of this step that a sample left out
 */
export function summariseTests(
  request: WatchRequest,
  state: WatchState,
  decision: Decision,
  unread: readonly Counts[],
): TestSummary[] {
  const alpha = alphaOf(state.plan);
  const split = request.phase === 'split' && request.baseline !== undefined;
  return state.plan.tests.map((spec, i) => {
    const test = state.evidence.tests[i] as TestState;
    const at = decision.standings[i] as Standing;
    return {
      objective: request.objectives.find(({ id }) => id === spec.objective) as Objective,
      stream: spec.stream,
      limit: spec.limit,
      candidate: { ...test.candidate },
      full: request.phase === 'full' ? { ...test.candidateFull } : undefined,
      baseline: { ...test.baseline },
      unread: wholeCounts(unread[i]),
      interval: confidenceSequence(test.candidate),
      detectable: smallestDetectable({
        total: split ? test.candidate.total : test.candidateFull.total,
        limit: spec.limit,
        alpha: alpha[request.phase],
        beside: split ? { share: request.share, bad: test.baseline.bad } : undefined,
      }),
      against: decision.blame === 'release' ? at.base : againstOf(at),
      actsAt: -Math.log(alpha[request.phase]),
      failed: decision.kind === 'fail' && decision.test === i,
      pass: at.pass,
      breaks: { candidate: at.full ?? at.slo, baseline: split ? at.beside : undefined },
    };
  });
}

/** Returns undefined if no request was left out. */
function wholeCounts(counts: Counts | undefined): Counts | undefined {
  if (!counts?.total) return undefined;
  return { total: Math.round(counts.total), bad: Math.round(counts.bad) };
}
