import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { RecordedWatch } from '../../domain/watch/replay/recorded.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';
import { startWatch, testsOf, type WatchState } from '../../domain/watch/state.ts';
import type { WatchPoint } from './evidence.ts';
import { endsStep, judgeLook } from './judge.ts';
import { pointOf } from './point.ts';
import type { WatchRequest } from './request.ts';
import { conclude, type Ending, type WatchResult } from './result.ts';

/** What to judge differently than the recorded watch did. */
export interface ReplayChange {
  /** Another target of the first objective. */
  slo?: number | undefined;
  rule?: WatchRule | undefined;
  policy?: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined;
}

/**
 * Judges the recorded steps of a watch or a release again, with the code that judged them. Without a change it comes to
 * the same verdict, next step and reason. `steps` has at least one step with at least one look.
 */
export function replayWatch(steps: readonly RecordedWatch[], change: ReplayChange): WatchResult {
  let state: WatchState | undefined;
  let result: WatchResult | undefined;
  for (const [index, step] of steps.entries()) {
    const request = requestOf(step, change);
    state = stateOf(step, request, state, change.slo !== undefined);
    result = replayStep(step, request, state);
    if (result.next !== 'go_on' || index === steps.length - 1) break;
  }
  return result as WatchResult;
}

function requestOf(step: RecordedWatch, { slo, rule, policy }: ReplayChange): WatchRequest {
  const objectives = step.objectives.map((objective, i) =>
    i === 0 && slo !== undefined ? { ...objective, target: slo } : objective,
  );
  const { candidate, baseline, phase, share, until, last, clientErrors } = step;
  return {
    ...{ service: '', candidate, baseline, phase, share, until, last, objectives, durationSeconds: 0 },
    clientErrors,
    rule: rule ?? step.rule,
    policy: { ...step.policy, ...policy },
  };
}

/** The state before a step: that of the step before, else the recorded one. A new objective makes new bets. */
function stateOf(
  step: RecordedWatch,
  request: WatchRequest,
  before: WatchState | undefined,
  fresh: boolean,
): WatchState {
  const { start } = step;
  if (before !== undefined) return { ...before, marks: [...start.marks], before: start.before };
  if (!fresh) return structuredClone(start);
  const plan = { ...start.plan, tests: testsOf(request.objectives, step.probes) };
  const { clients } = structuredClone(start);
  return { ...startWatch(plan, start.startedAt), marks: [...start.marks], clients };
}

function replayStep(step: RecordedWatch, request: WatchRequest, state: WatchState): WatchResult {
  const points: WatchPoint[] = [];
  let most: string | undefined;
  for (const [index, look] of step.looks.entries()) {
    const { t: seconds, cells, dwell, lag, obstacle } = look;
    const withheld = look.withheld === true;
    const facts = { seconds, cells, dwell, lag, ended: look.ended === true, withheld, clients: look.clients };
    let decision = judgeLook(request, state, facts);
    points.push(
      pointOf({ seconds, cells, decision, clients: look.clients }, step.share, Math.max(0, seconds - lag)),
    );
    most = look.clients?.most ?? most;
    const over = look.ended === true || index === step.looks.length - 1;
    // Another rule may want to see more than was recorded. Then the recording's end is the end.
    if (over && !facts.ended && decision.kind === 'undecided' && !endsStep(request, decision))
      decision = judgeLook(request, state, { ...facts, cells: [], clients: undefined, ended: true });
    if (!over && !endsStep(request, decision)) continue;
    const ending: Ending = {
      ...{ decision, obstacle, points, failures: [], recorded: undefined },
      blind: look.blind === true || (over && look.ended === undefined && obstacle !== undefined),
      counts: { reading: readingOf(step, lag), unread: [], refused: [] },
      most,
    };
    return conclude(request, state, ending);
  }
  throw new Error('the recorded step has no look');
}

const readingOf = ({ source }: RecordedWatch, lag: number) => ({
  ...{ counts: [], horizon: 0, lagMs: lag * 1000, cursor: '' },
  notes: [`Judged again from a recording of ${source}.`],
  source: 'a recording',
});

/** True if the recorded evidence fits other objectives: the bets begin with the first recorded look. */
export const beginsFresh = ({ start }: RecordedWatch): boolean =>
  start.evidence.seconds === 0 && start.evidence.tests.every(({ candidate }) => candidate.total === 0);
