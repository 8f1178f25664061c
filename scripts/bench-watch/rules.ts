import { decide } from '../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, startEvidence } from '../../src/domain/evidence/state.ts';
import {
  burning,
  burnPairs,
  crossed,
  newHistory,
  remember,
  type ThresholdRule,
} from '../../src/domain/watch/policies.ts';
import { chanceOfLarger } from './mann-whitney.ts';
import { limit, pollSeconds, watchSeconds } from './scenes.ts';

/** The requests of ten seconds. */
export interface Bin {
  total: number;
  bad: number;
  baselineTotal: number;
  baselineBad: number;
}

export interface RuleRun {
  /** Looks in second `t` at all bins that ended by second `horizon`. Returns true to take the release back. */
  look(t: number, bins: readonly Bin[], horizon: number): boolean;
}

export interface Rule {
  name: string;
  /** Seconds until a request is counted. */
  lag: number;
  /** The rule has to compare two revisions. */
  compares?: true;
  start(share: number): RuleRun;
}

const plan: EvidencePlan = {
  tests: [{ objective: 'availability', limit, stream: 'users' }],
  alpha: 0.001,
  splitSeconds: watchSeconds,
  fullSeconds: watchSeconds,
};

/** The rule that ships. `step`: seconds that a source counts as one. */
export function evidence(lag: number, step = pollSeconds): Rule {
  return {
    name: `evidence, ${lag} s lag`,
    lag,
    start(share) {
      const state = startEvidence(plan);
      const phase = share < 1 ? 'split' : 'full';
      let seen = 0;
      return {
        look(t, bins, horizon) {
          const cells = [];
          const until = Math.floor(horizon / step) * step;
          // Evidence grows only by counts, so until the planned end a look without any decides nothing and need not be computed.
          if ((seen + 1) * pollSeconds > until && t < watchSeconds) return false;
          for (; (seen + 1) * pollSeconds <= until; seen++) {
            const bin = bins[seen] as Bin;
            cells.push({
              test: 0,
              phase,
              share: phase === 'split' ? share : undefined,
              candidate: { total: bin.total, bad: bin.bad },
              baseline: { total: bin.baselineTotal, bad: bin.baselineBad },
            } as const);
          }
          advance(plan, state, { seconds: t, phase, cells });
          return decide(plan, state, { phase, dwell: t, lag }).kind === 'fail';
        },
      };
    },
  };
}

const longest = Math.max(...burnPairs(watchSeconds).map((pair) => pair.longSeconds));

function classical(
  name: string,
  lag: number,
  fires: (history: ReturnType<typeof newHistory>, t: number, horizon: number) => boolean,
): Rule {
  return {
    name: `${name}, ${lag} s lag`,
    lag,
    start() {
      const history = newHistory();
      let seen = 0;
      return {
        look(t, bins, horizon) {
          for (; (seen + 1) * pollSeconds <= horizon; seen++) {
            const { total, bad } = bins[seen] as Bin;
            remember(history, (seen + 1) * pollSeconds, { total, bad }, longest);
          }
          return t % 60 === 0 && fires(history, t, horizon);
        },
      };
    },
  };
}

const threshold = (name: string, lag: number, rule: ThresholdRule) =>
  classical(name, lag, (history, t, horizon) => crossed(history, rule, t, horizon));

/**
 * PipeCD's automated analysis, strategy CANARY_PRIMARY with deviation HIGH: at each interval the points of a minute of both revisions are
 * compared by Mann and Whitney's test at 5 %. Equal samples, and an interval without a point on both sides, are fine; a side without a point
 * is a failure. One failure ends the release (failureLimit 0). Read in metrics_analyzer.go of pipe-cd/pipecd.
 */
function mannWhitney(lag: number): Rule {
  const interval = 300;
  return {
    name: `PipeCD-like, ${lag} s lag`,
    ...{ lag, compares: true },
    start: () => ({
      look(t, bins, horizon) {
        if (t % interval !== 0 || horizon <= 0) return false;
        const points = (total: 'total' | 'baselineTotal', bad: 'bad' | 'baselineBad') =>
          Array.from({ length: interval / 60 }, (_, i) => horizon - 60 * i).flatMap((end) => {
            const minute = bins.slice(Math.max(0, (end - 60) / pollSeconds), Math.max(0, end / pollSeconds));
            const all = minute.reduce((sum, bin) => sum + bin[total], 0);
            return all === 0 ? [] : [minute.reduce((sum, bin) => sum + bin[bad], 0) / all];
          });
        const [own, old] = [points('total', 'bad'), points('baselineTotal', 'baselineBad')];
        if (own.length === 0 || old.length === 0) return own.length + old.length > 0;
        return new Set([...own, ...old]).size > 1 && (chanceOfLarger(own, old) ?? 1) <= 0.05;
      },
    }),
  };
}

/** Six rules that other tools use, here on metrics that are `lag` seconds late. */
export function classicalRules(lag: number): Rule[] {
  const minute = { maxRate: 0.01, windowSeconds: 60, intervalSeconds: 60, noData: 'ignore' } as const;
  return [
    threshold('Flagger-like', lag, { ...minute, failuresAllowed: 4, noData: 'fail', actsLater: true }),
    threshold('Argo-like', lag, { ...minute, failuresAllowed: 3 }),
    // An alarm of a deployment group on one data point: EvaluationPeriods 1, Period 60.
    threshold('CodeDeploy-like', lag, { ...minute, failuresAllowed: 0 }),
    mannWhitney(lag),
    threshold('one threshold over 10 min', lag, { ...minute, windowSeconds: 600, failuresAllowed: 0 }),
    classical(
      'burn rate, 4 windows, 10 bad',
      lag,
      (history, _, horizon) =>
        burning(history, { limit, pairs: burnPairs(watchSeconds), fewestBad: 10 }, horizon) !== undefined,
    ),
  ];
}
