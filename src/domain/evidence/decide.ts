import { logBaselineEvidence } from './baseline-test.ts';
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

/** Fewest bad requests that may end a release: retries are correlated, two of two prove little. */
export const fewestBad = 3;
/**
 * Being worse than the baseline is not enough: the candidate must also look worse than its objective allows. While
 * more may be seen, evidence of 1.5 asks for that. At the planned end of the split the choice is to promote or not,
 * and odds of two to one for one and a half times the limit suffice.
 */
export const outsideAt = 1.5;
export const outsideAtEnd = { odds: 2, factor: 1.5 };
/** Evidence within the limit at which a pass is proved, and evidence against at which it is withheld. */
export const passAt = 20;
export const doubtAt = 10;
/** Evidence on both revisions at which the platform is suspected. */
export const platformAt = 20;

/** Seconds that a step must have lasted before it may pass early. */
export const dwellSeconds: Record<Phase, number> = { split: 60, full: 120 };

/** Where one test stands; evidence as natural logarithms. */
export interface Standing {
  objective: string;
  stream: TestSpec['stream'];
  base: number;
  slo: number;
  beside: number;
  full: number | undefined;
  pass: number;
  bad: number;
}

export interface Decision {
  kind: 'fail' | 'pass' | 'undecided';
  blame: Blame;
  /** Index of the test that decided, for a failure. */
  test: number | undefined;
  /** Both revisions break the objective: nobody is blamed, the share is held. */
  platform: boolean;
  standings: Standing[];
}

export interface Moment {
  phase: Phase;
  /** Seconds since traffic settled at this share. */
  dwell: number;
  /** Seconds that the source lags: two of them must have passed. */
  lag: number;
  /** The planned time is over: what is proved is proved, however short the step was. */
  ended?: boolean;
  /** Something forbids an early pass, such as a fall in traffic. */
  withheld?: boolean;
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

/** The rule of the watch. Pure, O(K) for each test: it costs the same at the first and at the ten thousandth poll. */
export function decide(plan: EvidencePlan, state: EvidenceState, moment: Moment): Decision {
  const standings = state.tests.map((test, i) => standingOf(plan.tests[i] as TestSpec, test));
  const alpha = alphaOf(plan);
  const undecided = {
    kind: 'undecided',
    blame: 'none',
    test: undefined,
    platform: false,
    standings,
  } as const;

  const worse = standings.findIndex(
    (at, i) =>
      at.bad >= fewestBad &&
      at.base >= -Math.log(alpha.split) &&
      (at.slo >= Math.log(outsideAt) || outsideAtTheEnd(plan, state, i)),
  );
  if (worse >= 0) return { ...undecided, kind: 'fail', blame: 'release', test: worse };
  const broken = standings.findIndex((at) => at.bad >= fewestBad && (at.full ?? 0) >= -Math.log(alpha.full));
  if (broken >= 0) return { ...undecided, kind: 'fail', blame: 'unknown', test: broken };

  if (moment.phase === 'split' && standings.some((at) => Math.min(at.slo, at.beside) >= Math.log(platformAt)))
    return { ...undecided, blame: 'platform', platform: true };

  const doubt = standings.some(
    (at) => at.base >= Math.log(doubtAt) || (at.full ?? at.slo) >= Math.log(doubtAt),
  );
  const long = moment.ended === true || moment.dwell >= Math.max(dwellSeconds[moment.phase], 2 * moment.lag);
  if (!doubt && long && !moment.withheld && proved(standings)) return { ...undecided, kind: 'pass' };
  return undecided;
}

function outsideAtTheEnd(plan: EvidencePlan, state: EvidenceState, i: number): boolean {
  if (state.fullSince !== null || state.seconds < plan.splitSeconds) return false;
  const { candidate } = state.tests[i] as TestState;
  const { limit } = plan.tests[i] as TestSpec;
  return logRatioAt(limit, outsideAtEnd.factor, candidate) >= Math.log(outsideAtEnd.odds);
}

/** Every objective within its limit, by users' requests or, where there are too few, by probes. */
function proved(standings: readonly Standing[]): boolean {
  const objectives = new Set(standings.map((at) => at.objective));
  return [...objectives].every((objective) =>
    standings.some((at) => at.objective === objective && at.pass >= Math.log(passAt)),
  );
}
