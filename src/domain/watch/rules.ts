import type { Decision } from '../evidence/decide.ts';
import type { Cell, TestSpec } from '../evidence/state.ts';
import { burning, burnPairs, crossed, type History, newHistory, remember } from './policies.ts';
import type { WatchState } from './state.ts';

/** The rule that decides. `evidence` is the watch's own; the classical ones are for teams that must use them. */
export type WatchRule =
  | { kind: 'evidence' }
  | { kind: 'burn-rate'; fewestBad: number }
  | { kind: 'threshold'; maxRate: number | undefined; windowSeconds: number; failuresAllowed: number };

export const burnRateRule: WatchRule = { kind: 'burn-rate', fewestBad: 10 };

/** Seconds between two checks of the threshold rule. */
const intervalSeconds = 60;

/** One look, for the rule to judge. */
export interface RuleLook {
  /** Seconds since the first shift. */
  seconds: number;
  cells: readonly Cell[];
  /** The planned time of this step is over. */
  ended: boolean;
  /** Forbids a pass, because the counts cannot be read or the traffic looks wrong. */
  withheld?: boolean;
  /** The decision by the evidence. */
  judged: Decision;
}

/**
 * Decides by the given rule. 4xx are always judged by the evidence. A classical rule looks at the candidate alone, so it never knows whom to blame. It proves
 * nothing, so it passes only at the end of the step, and only if users sent requests.
 */
export function decideBy(rule: WatchRule | undefined, state: WatchState, look: RuleLook): Decision {
  const { judged } = look;
  if (rule === undefined || rule.kind === 'evidence') return judged;
  const { tests, splitSeconds, fullSeconds } = state.plan;
  state.history ??= tests.map(() => newHistory());
  const watchSeconds = state.evidence.fullSince === null ? splitSeconds : fullSeconds;
  let failed: number | undefined;
  tests.forEach((test, i) => {
    const history = state.history?.[i];
    if (test.stream !== 'users' || !history) return;
    for (const cell of look.cells)
      if (cell.test === i) remember(history, look.seconds, cell.candidate, longest(rule, watchSeconds));
    if (fires(rule, history, test, look.seconds, watchSeconds)) failed ??= i;
  });
  const open = { ...judged, test: undefined, platform: false, blame: 'none' as const };
  if (failed !== undefined)
    return { ...open, kind: 'fail', blame: 'unknown', test: failed, clientErrors: undefined };
  // No classical rule looks at 4xx, so what the evidence says about them stands.
  if (judged.clientErrors) return judged;
  const called = state.evidence.tests.some(
    (test, i) => tests[i]?.stream === 'users' && test.candidate.total > 0,
  );
  return { ...open, kind: look.ended && called && !look.withheld ? 'pass' : 'undecided' };
}

function longest(rule: WatchRule, watchSeconds: number): number {
  return rule.kind === 'threshold'
    ? rule.windowSeconds
    : Math.max(...burnPairs(watchSeconds).map(({ longSeconds }) => longSeconds));
}

function fires(
  rule: WatchRule,
  history: History,
  test: TestSpec,
  now: number,
  watchSeconds: number,
): boolean {
  if (rule.kind === 'burn-rate')
    return (
      burning(
        history,
        { limit: test.limit, pairs: burnPairs(watchSeconds), fewestBad: rule.fewestBad },
        now,
      ) !== undefined
    );
  if (rule.kind !== 'threshold') return false;
  const { maxRate = test.limit, windowSeconds, failuresAllowed } = rule;
  return crossed(
    history,
    { maxRate, windowSeconds, failuresAllowed, intervalSeconds, noData: 'ignore' },
    now,
    now,
  );
}
