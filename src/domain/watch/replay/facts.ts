import { confidenceSequence } from '../../evidence/confidence.ts';
import { smallestDetectable } from '../../evidence/detectable.ts';
import { alphaOf, type TestState } from '../../evidence/state.ts';
import { againstOf } from '../live-line.ts';
import { failReason, openReason, passReason } from '../reasons.ts';
import type { WatchRule } from '../rules.ts';
import type { Replay, ReplayResult } from './replay.ts';

const candidate = 'the candidate';
const baseline = 'the baseline';

/** The polls that were judged. A failure ends the judgement, and later polls do not matter. */
const judged = (replay: Replay, result: ReplayResult) => replay.polls.slice(0, result.points.length);

function last(replay: Replay, result: ReplayResult) {
  const poll = judged(replay, result).at(-1) as Replay['polls'][number];
  const share = poll.baseline === undefined ? 1 : (poll.share ?? replay.share ?? 1);
  const full = result.state.fullSince !== null;
  return { full, split: !full && share < 1, share: full ? 1 : share };
}

function detectable(replay: Replay, result: ReplayResult): number | undefined {
  const test = result.state.tests[0] as TestState;
  const { split, share } = last(replay, result);
  const limit = result.plan.tests[0]?.limit ?? 0;
  const alpha = alphaOf(result.plan);
  return smallestDetectable({
    total: split ? test.candidate.total : test.candidateFull.total,
    limit,
    alpha: split ? alpha.split : alpha.full,
    beside: split ? { share, bad: test.baseline.bad } : undefined,
  });
}

/** Why the recording passes or fails, in a sentence or two. */
export function replayReason(replay: Replay, result: ReplayResult, rule?: WatchRule): string {
  const test = result.state.tests[0] as TestState;
  const standing = result.decision.standings[0];
  const against = result.blame === 'release' ? (standing?.base ?? 0) : standing ? againstOf(standing) : 0;
  const limit = result.plan.tests[0]?.limit ?? 0;
  const { full } = last(replay, result);
  const severalSteps = new Set(result.points.map(({ share }) => share)).size > 1;
  const byEvidence = result.blame === 'unknown' && (rule === undefined || rule.kind === 'evidence');
  const kind = 'availability' as const;
  const facts = {
    candidate,
    kind,
    limit,
    counts: test.candidate,
    severalSteps,
    full: severalSteps && byEvidence && full ? test.candidateFull : undefined,
    beside: result.blame === 'release' ? { revision: baseline, counts: test.baseline } : undefined,
    evidence: against,
  };
  if (result.verdict === 'fail') return failReason(facts, rule?.kind);
  if (result.verdict === 'pass') return passReason(facts, test.candidate.total, 0, rule?.kind);
  if (result.open === 'platform') return openReason({ end: 'platform', candidate });
  return openReason({
    end: 'too_few_requests',
    candidate,
    kind,
    limit,
    requests: test.candidate.total,
    full: full ? test.candidateFull.total : undefined,
    detectable: detectable(replay, result),
  });
}

/** The evidence of a recording, in the form in which a live watch reports it. */
export function replayFacts(replay: Replay, result: ReplayResult, rule?: WatchRule) {
  const test = result.state.tests[0] as TestState;
  const standing = result.decision.standings[0];
  const { full, split, share } = last(replay, result);
  const alpha = alphaOf(result.plan);
  const base = result.blame === 'release' || split;
  return {
    candidate,
    baseline: split ? baseline : undefined,
    phase: full ? ('full' as const) : ('split' as const),
    share,
    blame: result.blame,
    rule: rule?.kind ?? 'evidence',
    source: 'a recording',
    lagSeconds: replay.lag_seconds,
    notes: [],
    tests: [
      {
        objective: { id: 'availability', kind: 'availability' as const, target: replay.slo },
        stream: 'users' as const,
        limit: result.plan.tests[0]?.limit ?? 0,
        candidate: test.candidate,
        full: full ? test.candidateFull : undefined,
        baseline: test.baseline,
        interval: confidenceSequence(test.candidate),
        detectable: detectable(replay, result),
        against: (base ? standing?.base : standing?.full) ?? 0,
        actsAt: -Math.log(base ? alpha.split : alpha.full),
        failed: result.verdict === 'fail',
        pass: standing?.pass ?? 0,
        breaks: {
          candidate: standing?.full ?? standing?.slo ?? 0,
          baseline: split ? standing?.beside : undefined,
        },
      },
    ],
    points: judged(replay, result).map(({ t, candidate: own, baseline: beside }) => ({
      seconds: t,
      tests: [{ candidate: own, baseline: beside ?? { total: 0, bad: 0 } }],
    })),
    replay,
  };
}
