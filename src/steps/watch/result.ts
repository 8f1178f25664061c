import { type Blame, type Decision, doubtAt, passAt } from '../../domain/evidence/decide.ts';
import { cleanRequestsToPass } from '../../domain/evidence/pass-test.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { clientReason } from '../../domain/watch/clients/facts.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import { worstOf } from '../../domain/watch/live-line.ts';
import { type Obstacle, obstacleText } from '../../domain/watch/obstacle.ts';
import { type NextStep, nextStep, type OpenEnd } from '../../domain/watch/outcome.ts';
import { type DecidedFacts, failReason, openReason, passReason } from '../../domain/watch/reasons.ts';
import { recordReplay } from '../../domain/watch/replay/file.ts';
import type { RecordedWatch } from '../../domain/watch/replay/recorded.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { SliReading } from '../ports/sli.ts';
import { clientFactsOf } from './clients.ts';
import type { TestSummary, WatchEvidence, WatchPoint } from './evidence.ts';
import type { WatchRequest } from './request.ts';
import type { StepCounts } from './step-counts.ts';
import { summariseTests } from './summarise.ts';

interface WatchSummary {
  /** Why the verdict is what it is, in one or two sentences. */
  reason: string;
  blame: Blame;
  /** Seconds since the first shift. */
  decidedAtSeconds: number;
  evidence: WatchEvidence;
  findings: Finding[];
  /** The state to pass to the next step, or to save for another runner. */
  state: WatchState;
  /** Users' requests of the candidate that were judged, and how many of them were bad under any one objective. */
  requests: number;
  bad: number;
}

export type WatchResult = WatchSummary &
  (
    | { verdict: 'fail'; next: 'roll_back'; open: undefined }
    | { verdict: 'pass'; next: 'go_on'; open: undefined }
    /** `open` says why it ended without a decision, `next` what the policy makes of that. */
    | { verdict: 'inconclusive'; next: NextStep; open: OpenEnd }
  );

/** How a watch ended. */
export interface Ending {
  decision: Decision;
  counts: Pick<StepCounts, 'reading' | 'unread' | 'refused'> & { latencies?: StepCounts['latencies'] };
  /** What most of the candidate's 4xx have in common. */
  most: string | undefined;
  /** What kept the watch from seeing or trusting the counts at the end. */
  obstacle: Obstacle | undefined;
  /** True if the obstacle is why there is no decision. */
  blind: boolean;
  points: WatchPoint[];
  /** The candidate's bad requests of this step. */
  failures: Failure[];
  /** The watch itself, for a replay. Undefined if it was too long. */
  recorded: RecordedWatch | undefined;
}

/** The verdict of a watch that has ended, with everything that people and the next step need. */
export function conclude(request: WatchRequest, state: WatchState, ending: Ending): WatchResult {
  const { decision } = ending;
  const tests = summariseTests(request, state, decision, ending.counts.unread);
  const users = tests.filter((test) => test.stream === 'users');
  const evidence = evidenceOf(request, state, ending, tests);
  const requests = Math.max(0, ...users.map((test) => test.candidate.total));
  const probes = tests.find((test) => test.stream === 'probes')?.candidate.total ?? 0;
  const summary = {
    decidedAtSeconds: state.evidence.seconds,
    evidence,
    state,
    requests,
    bad: Math.max(0, ...users.map((test) => test.candidate.bad)),
    findings: findingsOf(ending),
    blame: decision.blame,
  };
  const facts = decidedFacts(request, state, ending, tests);
  const byClients = evidence.clients?.decided
    ? clientReason(evidence.clients, { ...request, most: ending.most })
    : undefined;
  if (decision.kind === 'fail') {
    const reason = byClients ?? failReason(facts, evidence.rule);
    return { ...summary, verdict: 'fail', next: 'roll_back', open: undefined, reason };
  }
  if (decision.kind === 'pass') {
    const reason = passReason(facts, requests, probes, evidence.rule);
    return { ...summary, verdict: 'pass', next: 'go_on', open: undefined, reason, blame: 'none' };
  }
  const open = openEndOf(ending);
  const next = nextStep(open, request.policy, request.last !== false);
  const reason = byClients ?? undecidedReason(open, request, state, ending, { requests, probes, users });
  return { ...summary, verdict: 'inconclusive', next, open, reason };
}

function openEndOf({ decision, blind }: Ending): OpenEnd {
  if (decision.platform) return 'platform';
  if (decision.clientErrors === 'mostly') return 'client_errors';
  return blind ? 'blind' : 'too_few_requests';
}

/** More than one share of traffic so far, so that "since its first traffic" and "at 100 %" differ. */
function hasSeveralSteps(state: WatchState): boolean {
  return new Set(state.marks.map(({ share }) => share).filter((share) => share !== null)).size > 1;
}

function decidedFacts(
  request: WatchRequest,
  state: WatchState,
  { decision }: Ending,
  tests: readonly TestSummary[],
): DecidedFacts {
  const worst = tests[worstOf(decision)] as TestSummary;
  const severalSteps = hasSeveralSteps(state);
  const rule = request.rule?.kind ?? 'evidence';
  const alone = severalSteps && decision.blame === 'unknown' && rule === 'evidence';
  const compared = decision.blame === 'release' && request.baseline !== undefined;
  return {
    candidate: request.candidate,
    kind: worst.objective.kind,
    limit: worst.limit,
    counts: worst.candidate,
    severalSteps,
    full: alone ? worst.full : undefined,
    beside: compared ? { revision: request.baseline as string, counts: worst.baseline } : undefined,
    evidence: worst.against,
  };
}

function undecidedReason(
  open: OpenEnd,
  request: WatchRequest,
  state: WatchState,
  { decision, obstacle }: Ending,
  seen: { requests: number; probes: number; users: readonly TestSummary[] },
): string {
  const { candidate } = request;
  if (open === 'platform') return openReason({ end: 'platform', candidate });
  if (open === 'blind') return openReason({ end: 'blind', obstacle: obstacle ?? { kind: 'stale' } });
  const first = seen.users[0] as TestSummary;
  const proved = seen.users.every(({ pass }) => pass >= Math.log(passAt));
  const splitShare = state.marks.findLast(({ phase, share }) => phase === 'split' && share !== null)?.share;
  return openReason({
    end: 'too_few_requests',
    candidate,
    kind: first.objective.kind,
    limit: first.limit,
    requests: seen.requests,
    probes: seen.probes,
    full: first.full?.total,
    passedAt: proved && splitShare ? Math.round(splitShare * 100) : undefined,
    detectable: first.detectable,
    proving: cleanRequestsToPass(first.limit),
    worse: worseThan(request, decision),
  });
}

/** The odds of the comparison, if they withhold a pass without being enough to fail. */
function worseThan(
  request: WatchRequest,
  decision: Decision,
): { baseline: string; odds: number } | undefined {
  const odds = Math.max(...decision.standings.map((at) => at.base));
  return request.baseline !== undefined && odds >= Math.log(doubtAt)
    ? { baseline: request.baseline, odds }
    : undefined;
}

function evidenceOf(
  request: WatchRequest,
  state: WatchState,
  { decision, counts, obstacle, points, failures, recorded }: Ending,
  tests: TestSummary[],
): WatchEvidence {
  const { candidate, baseline, phase, share } = request;
  return {
    ...{ candidate, baseline, phase, share, tests, points },
    shifts: shiftsOf(state),
    blame: decision.blame,
    rule: request.rule?.kind ?? 'evidence',
    source: counts.reading?.source ?? 'none',
    lagSeconds: (counts.reading?.lagMs ?? 0) / 1000,
    failures: failures.map(({ revision: _, ...failure }) => failure),
    clients: clientFactsOf(request, state, decision),
    ...(counts.latencies?.all.candidate ? { latency: counts.latencies.all } : {}),
    refused: [...counts.refused],
    notes: [...(counts.reading?.notes ?? []), ...untold(request, counts.reading)],
    missingRole: obstacle?.kind === 'unreadable' ? obstacle.role : undefined,
    // A replay has the counts of one region, and not those by which several decided.
    replay: request.together ? undefined : recordReplay(state, request, points, recorded),
  };
}

/** When traffic had settled at each share. */
const shiftsOf = ({ marks, startedAt }: WatchState) =>
  marks.flatMap(({ at, share }) =>
    share === null ? [] : [{ seconds: Math.round((at - startedAt) / 100) / 10, share }],
  );

/** Says once that 4xx are not judged, if the user wants them judged and the source does not tell them apart. */
function untold({ clientErrors }: WatchRequest, reading: SliReading | undefined): string[] {
  const told = clientErrors !== 'compare' || reading === undefined || reading.answers !== undefined;
  return told || reading.source === 'a recording'
    ? []
    : ['This source does not tell answers of 4xx apart, so they are not compared.'];
}

function findingsOf({ obstacle, blind }: Ending): Finding[] {
  if (!obstacle) return [];
  // Without a command, the title says all.
  const { why, fix, commands } = obstacle.kind === 'unreadable' && obstacle.commands ? obstacle : {};
  const severity = blind ? 'high' : 'low';
  return [{ rule: 'watch-blind', severity, title: obstacleText(obstacle), why, fix, commands }];
}
