import { confidenceSequence } from '../../domain/evidence/confidence.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import { type Decision, doubtAt, type Standing } from '../../domain/evidence/decide.ts';
import { smallestDetectable } from '../../domain/evidence/detectable.ts';
import { cleanRequestsToPass } from '../../domain/evidence/pass-test.ts';
import { alphaOf, type TestState } from '../../domain/evidence/state.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { type Objective, objectiveTitle } from '../../domain/slo/objective.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import { nextStep, type OpenEnd } from '../../domain/watch/outcome.ts';
import { failReason, openReason, passReason } from '../../domain/watch/reasons.ts';
import { recordReplay } from '../../domain/watch/replay/file.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import { againstOf, worstOf } from '../../domain/watch/words.ts';
import type { SliReading } from '../ports/sli.ts';
import type { Progress } from './progress.ts';
import type { TestSummary, WatchEvidence, WatchRequest, WatchResult } from './types.ts';

export interface Ending {
  decision: Decision;
  reading: SliReading | undefined;
  /** Why nothing was seen, or what is odd about the traffic. */
  trouble: string;
  blind: boolean;
  progress: Progress;
  /** The candidate's own, of this step. */
  failures: Failure[];
  /** By test: the candidate's requests of this step that a sample has left out. */
  unread: readonly Counts[];
}

/** The verdict of a watch that has ended, with everything that people and the next step need. */
export function conclude(request: WatchRequest, state: WatchState, ending: Ending): WatchResult {
  const { decision } = ending;
  const tests = summaries(request, state, ending);
  const users = tests.filter((test) => test.stream === 'users');
  const evidence = evidenceOf(request, state, ending, tests);
  const requests = Math.max(0, ...users.map((test) => test.candidate.total));
  const bad = Math.max(0, ...users.map((test) => test.candidate.bad));
  const base = {
    decidedAtSeconds: state.evidence.seconds,
    evidence,
    state,
    requests,
    bad,
    findings: findingsOf(ending),
  };
  const at = worstOf(decision);
  const worst = tests[at] as TestSummary;
  const steps = new Set(state.marks.map(({ share }) => share).filter((share) => share !== null)).size > 1;
  const facts = {
    candidate: request.candidate,
    baseline: request.baseline,
    title: objectiveTitle(worst.objective),
    kind: worst.objective.kind,
    limit: worst.limit,
    counts: worst.candidate,
    steps,
    full: steps && decision.blame === 'unknown' && evidence.rule === 'evidence' ? worst.full : undefined,
    beside: decision.blame === 'release' ? worst.baseline : undefined,
    evidence: worst.against,
  };
  if (decision.kind === 'fail')
    return {
      ...base,
      verdict: 'fail',
      reason: failReason(facts, evidence.rule),
      open: undefined,
      next: 'roll_back',
      blame: decision.blame,
    };
  if (decision.kind === 'pass') {
    const probes = tests.find((test) => test.stream === 'probes')?.candidate.total ?? 0;
    return {
      ...base,
      verdict: 'pass',
      reason: passReason(facts, requests, probes, evidence.rule),
      open: undefined,
      next: 'go_on',
      blame: 'none',
    };
  }
  const open: OpenEnd = decision.platform ? 'platform' : ending.blind ? 'blind' : 'too_few_requests';
  const reason = openReason(open, {
    candidate: request.candidate,
    requests,
    full: users[0]?.full?.total,
    detectable: users[0]?.detectable,
    proving: users[0] && cleanRequestsToPass(users[0].limit),
    worse: worseThan(request, decision),
    why: ending.trouble || 'the source of the counts gave no answer.',
  });
  const next = nextStep(open, request.policy, request.last !== false);
  return { ...base, verdict: 'inconclusive', reason, open, next, blame: decision.blame };
}

/** Evidence of the comparison that withholds a pass, although it is not enough to fail. */
function worseThan(
  request: WatchRequest,
  decision: Decision,
): { baseline: string; odds: number } | undefined {
  const odds = Math.max(...decision.standings.map((at) => at.base));
  return request.baseline !== undefined && odds >= Math.log(doubtAt)
    ? { baseline: request.baseline, odds }
    : undefined;
}

function summaries(request: WatchRequest, state: WatchState, ending: Ending): TestSummary[] {
  const { decision, unread } = ending;
  const alpha = alphaOf(state.plan);
  return state.plan.tests.map((spec, i) => {
    const test = state.evidence.tests[i] as TestState;
    const at = decision.standings[i] as Standing;
    const split = request.phase === 'split' && request.baseline !== undefined;
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

/** Undefined where nothing was left out. */
function wholeCounts(counts: Counts | undefined): Counts | undefined {
  if (!counts?.total) return undefined;
  return { total: Math.round(counts.total), bad: Math.round(counts.bad) };
}

function evidenceOf(
  request: WatchRequest,
  state: WatchState,
  ending: Ending,
  tests: TestSummary[],
): WatchEvidence {
  return {
    candidate: request.candidate,
    baseline: request.baseline,
    phase: request.phase,
    share: request.share,
    blame: ending.decision.blame,
    rule: request.rule?.kind ?? 'evidence',
    source: ending.reading?.source ?? 'none',
    lagSeconds: (ending.reading?.lagMs ?? 0) / 1000,
    tests,
    points: ending.progress.points,
    failures: ending.failures.map(({ revision: _, ...failure }) => failure),
    notes: ending.reading?.notes ?? [],
    replay: recordReplay(state, request, ending.progress.points),
  };
}

function findingsOf({ trouble, blind }: Ending): Finding[] {
  if (!trouble) return [];
  return [
    {
      rule: 'watch-blind',
      severity: blind ? 'high' : 'low',
      title: `The watch could not see everything: ${trouble}`,
    },
  ];
}
