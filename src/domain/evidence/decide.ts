import { logBaselineEvidence } from './baseline-test.ts';
import type { ClientStanding } from './client-test.ts';
import { logPassEvidence } from './pass-test.ts';
import { logRatioAt, logSloEvidence } from './slo-test.ts';
import {
  alphaOf,
  type EvidencePlan,
  type EvidenceState,
  gridOf,
  type Phase,
  ratios,
  type TestSpec,
  type TestState,
} from './state.ts';

export type Blame = 'release' | 'platform' | 'unknown' | 'none';

/** The watch fails a release only after this many bad requests. Two of two prove little, because retries are correlated. */
export const fewestBad = 3;
/**
 * Being worse than the baseline is not enough to fail: the candidate must also look worse than its objective allows.
 * While more requests will come, that takes evidence of 1.5. At the planned end of the split the only choice left is to
 * promote or not, so odds of two to one for one and a half times the limit are enough.
 */
export const outsideAt = 1.5;
export const outsideAtEnd = { odds: 2, factor: 1.5 };
/** Evidence for the objective at which a pass is proved, and evidence against it at which the pass is withheld. */
export const passAt = 20;
export const doubtAt = 10;
/** Evidence against both revisions at which the platform is suspected. */
export const platformAt = 20;

/** A step may pass early only after this many seconds. */
export const dwellSeconds: Record<Phase, number> = { split: 60, full: 120 };

/** How far one test has come. All evidence is given as natural logarithms. */
export interface Standing {
  objective: string;
  stream: TestSpec['stream'];
  /** Evidence that the candidate is worse than the baseline. */
  base: number;
  /** Evidence that the candidate breaks its objective while traffic is split. */
  slo: number;
  /** Evidence that the baseline breaks the objective at the same time. */
  beside: number;
  /** Evidence that the candidate breaks its objective at 100 %. Undefined before that. */
  full: number | undefined;
  /** Evidence that the candidate keeps its objective. */
  pass: number;
  /** Bad requests of the candidate. */
  bad: number;
}

export interface Decision {
  kind: 'fail' | 'pass' | 'undecided';
  blame: Blame;
  /** Index of the test that decided a failure. */
  test: number | undefined;
  /** Both revisions break the objective, so neither is blamed and the traffic stays as it is. */
  platform: boolean;
  /** 4xx decided: `worse` with a failure; `mostly` without one, because nothing stood beside the candidate. */
  clientErrors?: 'worse' | 'mostly' | undefined;
  standings: Standing[];
}

/** What `decide` must know besides the evidence. */
export interface Moment {
  phase: Phase;
  /** Seconds since traffic settled at this share. */
  dwell: number;
  /** Seconds by which the source lags. A step passes early only after twice that time. */
  lag: number;
  /** The planned time is over, so a proof counts however short the step was. */
  ended?: boolean;
  /** Something forbids a pass, such as a fall in traffic. */
  withheld?: boolean;
  /** What the candidate's 4xx say. Undefined if they are not judged. */
  clients?: ClientStanding | undefined;
}

export function standingOf(spec: TestSpec, test: TestState): Standing {
  const grid = gridOf(spec.limit);
  return {
    objective: spec.objective,
    stream: spec.stream,
    base: logBaselineEvidence(ratios, test.base),
    slo: logSloEvidence(grid, test.split),
    beside: logSloEvidence(grid, test.beside),
    full: test.full ? logSloEvidence(grid, test.full) : undefined,
    pass: logPassEvidence(spec.limit, test.candidate),
    bad: test.candidate.bad,
  };
}

/** The rule of the watch. It costs O(K) for each test, at the first poll as at the ten thousandth. */
export function decide(plan: EvidencePlan, state: EvidenceState, moment: Moment): Decision {
  const standings = state.tests.map((test, i) => standingOf(plan.tests[i] as TestSpec, test));
  const undecided = {
    kind: 'undecided',
    blame: 'none',
    test: undefined,
    platform: false,
    standings,
  } as const;

  const fails = (phase: Phase) =>
    standings.findIndex((_, i) => isProvedBad(plan, state, standings, i, phase));
  const worse = fails('split');
  if (worse >= 0) return { ...undecided, kind: 'fail', blame: 'release', test: worse };
  const broken = fails('full');
  if (broken >= 0) return { ...undecided, kind: 'fail', blame: 'unknown', test: broken };

  if (moment.clients?.worse) return { ...undecided, kind: 'fail', blame: 'release', clientErrors: 'worse' };

  if (moment.phase === 'split' && standings.some((at) => Math.min(at.slo, at.beside) >= Math.log(platformAt)))
    return { ...undecided, blame: 'platform', platform: true };
  if (moment.clients?.mostly) return { ...undecided, blame: 'unknown', clientErrors: 'mostly' };

  const doubt =
    moment.clients?.doubt === true ||
    standings.some((at) => at.base >= Math.log(doubtAt) || (at.full ?? at.slo) >= Math.log(doubtAt));
  const long = moment.ended === true || moment.dwell >= Math.max(dwellSeconds[moment.phase], 2 * moment.lag);
  if (!doubt && long && !moment.withheld && proved(standings)) return { ...undecided, kind: 'pass' };
  return undecided;
}

/**
 * True if test `i` takes the release back by its evidence of this phase: while traffic is split, by being worse than the
 * baseline and than its objective allows; at 100 %, by the objective alone.
 */
export function isProvedBad(
  plan: EvidencePlan,
  state: EvidenceState,
  standings: readonly Standing[],
  i: number,
  phase: Phase,
): boolean {
  const at = standings[i];
  const alpha = alphaOf(plan);
  if (at === undefined || at.bad < fewestBad) return false;
  if (phase === 'full') return (at.full ?? 0) >= -Math.log(alpha.full);
  const isWorse = at.base >= -Math.log(alpha.split);
  return isWorse && (at.slo >= Math.log(outsideAt) || outsideAtTheEnd(plan, state, i));
}

function outsideAtTheEnd(plan: EvidencePlan, state: EvidenceState, i: number): boolean {
  if (state.fullSince !== null || state.seconds < plan.splitSeconds) return false;
  const { candidate } = state.tests[i] as TestState;
  const { limit } = plan.tests[i] as TestSpec;
  return logRatioAt(limit, outsideAtEnd.factor, candidate) >= Math.log(outsideAtEnd.odds);
}

/** True if every objective is proved, by users' requests or, if those are too few, by probes. */
function proved(standings: readonly Standing[]): boolean {
  const objectives = new Set(standings.map((at) => at.objective));
  return [...objectives].every((objective) =>
    standings.some((at) => at.objective === objective && at.pass >= Math.log(passAt)),
  );
}
