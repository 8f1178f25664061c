import { addAnswers, noAnswers } from '../../domain/evidence/answers.ts';
import { addCounts } from '../../domain/evidence/counts.ts';
import type { Decision, Standing } from '../../domain/evidence/decide.ts';
import { alphaOf, type Cell } from '../../domain/evidence/state.ts';
import { elapsedText } from '../../domain/text/numbers.ts';
import { clientErrorsId } from '../../domain/watch/clients/cells.ts';
import { clientText, type Refused, refusedText } from '../../domain/watch/clients/facts.ts';
import type { Latencies } from '../../domain/watch/evidence.ts';
import { type Failure, kindTexts } from '../../domain/watch/failures.ts';
import { againstOf, liveText, readText, worstOf } from '../../domain/watch/live-line.ts';
import type { RecordedClients } from '../../domain/watch/replay/recorded.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { SliReading } from '../ports/sli.ts';
import { clientFactsOf } from './clients.ts';
import type { WatchPoint } from './evidence.ts';
import { pointOf } from './point.ts';
import type { WatchPorts, WatchRequest } from './request.ts';

/** One look at the counts, and what was decided on it. */
export interface Look {
  seconds: number;
  cells: readonly Cell[];
  decision: Decision;
  clients: RecordedClients | undefined;
  latency?: Latencies | undefined;
  reading: SliReading | undefined;
}

export interface Progress {
  /** Keeps the look for the report, and prints it if it shows something new. */
  look(look: Look): void;
  /** Prints what the bad requests have in common. Called once, at the end. */
  showFailures(failures: readonly Failure[]): void;
  /** Prints how many requests reached no revision, if there were any. Called once, at the end. */
  showRefused(refused: readonly Refused[]): void;
  readonly points: WatchPoint[];
}

/** The summary's charts need no more points than this. */
const mostPoints = 400;

/** Prints the first five looks, then one each time the odds have moved by a third or a minute has passed. */
export function createProgress(
  ports: WatchPorts,
  request: WatchRequest,
  state: WatchState,
  settledAt: number,
): Progress {
  const points: WatchPoint[] = [];
  const label = `Watch ${Math.round(request.share * 100)} %`.padEnd(12);
  const alpha = alphaOf(state.plan);
  let looks = 0;
  let printedAt = Number.NEGATIVE_INFINITY;
  let printedOdds = 0;
  let printedClientOdds = 0;
  let printed = '';

  const kindOf = (test: number) =>
    request.objectives.find(({ id }) => id === state.plan.tests[test]?.objective)?.kind ?? 'availability';

  return {
    points,
    showFailures(failures) {
      const kinds = (clients: boolean) =>
        failures.filter(({ objective }) => (objective === clientErrorsId) === clients);
      for (const [word, some] of [
        ['failed', kinds(false)],
        ['4xx', kinds(true)],
      ] as const)
        if (some.length > 0) ports.log.line(`  ${label}         ${word}: ${kindTexts(some, 3).join(', ')}`);
    },
    showRefused(refused) {
      if (refused.length > 0) ports.log.line(`  ${label}         not counted: ${refusedText(refused)}`);
    },
    look(look) {
      const seen = look.reading?.horizon ?? state.startedAt;
      const point = pointOf(look, request.share, (seen - state.startedAt) / 1000);
      points.push(point);
      if (points.length > mostPoints) thin(points);
      request.onProgress?.(point, state);
      const worst = worstOf(look.decision);
      const test = state.evidence.tests[worst];
      const odds = againstOf(look.decision.standings[worst] as Standing);
      const now = ports.clock.steady();
      const clients = clientFactsOf(request, state, look.decision);
      const has = (value: number, before: number) =>
        Math.abs(value - before) > Math.log(1.33) && value > Math.log(2);
      const clientOdds = clients?.odds ?? 0;
      const moved = has(odds, printedOdds) || has(clientOdds, printedClientOdds);
      if (
        !test ||
        !(++looks <= 5 || moved || now - printedAt >= 60_000 || look.decision.kind !== 'undecided')
      )
        return;
      const { reading } = look;
      const split = request.baseline !== undefined && request.phase === 'split';
      const seen4xx = clients && clientText(clients, split);
      const newsOfTest = liveText({
        candidate: request.phase === 'full' ? test.candidateFull : test.candidate,
        baseline: request.baseline && request.phase === 'split' ? test.baseline : undefined,
        kind: kindOf(worst),
        limit: state.plan.tests[worst]?.limit ?? 0,
        standing: look.decision.standings[worst] as Standing,
        decision: look.decision.kind,
        alpha: alpha[request.phase],
        rule: request.rule && request.rule.kind !== 'evidence' ? request.rule.kind : undefined,
      });
      const news = seen4xx === undefined ? newsOfTest : `${newsOfTest}; ${seen4xx}`;
      // If the source has nothing new, the line would be the same again.
      if (news === printed && now - printedAt < 60_000 && look.decision.kind === 'undecided') return;
      printedAt = now;
      printedOdds = odds;
      printedClientOdds = clientOdds;
      printed = news;
      const { horizon, source } = reading ?? { horizon: settledAt, source: ports.source.name };
      const read = readText(source, horizon > settledAt ? (now - horizon) / 1000 : undefined);
      ports.log.line(`  ${label} ${elapsedText((now - settledAt) / 1000).padStart(6)}  ${news}, ${read}`);
    },
  };
}

/** Joins neighbouring points in pairs, so that a long watch keeps its shape in bounded space. */
function thin(points: WatchPoint[]): void {
  const kept: WatchPoint[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [first, second] = [points[i] as WatchPoint, points[i + 1]];
    if (second)
      second.tests.forEach((test, t) => {
        const earlier = first.tests[t];
        if (earlier) {
          addCounts(test.candidate, earlier.candidate);
          addCounts(test.baseline, earlier.baseline);
        }
      });
    if (first.clients && second) {
      second.clients ??= { candidate: { ...noAnswers }, baseline: { ...noAnswers } };
      addAnswers(second.clients.candidate, first.clients.candidate);
      addAnswers(second.clients.baseline, first.clients.baseline);
    }
    kept.push(second ?? first);
  }
  points.splice(0, points.length, ...kept);
}
