import { type Answers, addAnswers, clientRate, noAnswers, unservedRate } from './answers.ts';
import {
  type BaselineGrid,
  type BaselineState,
  baselineGrid,
  bookBaseline,
  logBaselineEvidence,
  moveBaseline,
  startBaseline,
} from './baseline-test.ts';
import {
  areMostlyClient,
  areRising,
  type Before,
  bookStretch,
  openStretches,
  type Stretches,
} from './client-stretches.ts';
import type { Phase } from './state.ts';

/**
 * Whether the candidate answers more requests with 4xx than it should. While traffic is split, that is the question "is it
 * worse than the baseline?", asked about 4xx: requests are routed at random, so the bound holds whatever callers do.
 * There is no objective for 4xx. So a second condition keeps a tiny true difference from taking back a fine release.
 */
export interface ClientState {
  base: BaselineState;
  /** Answers while traffic was split. */
  candidate: Answers;
  baseline: Answers;
  /** Answers of all revisions in so many seconds before the first shift; null if they are not known. */
  before: { total: number; client: number; seconds: number } | null;
  /** The candidate without a revision beside it; null before that. */
  alone: Stretches | null;
}

/** New answers since the look before, from a time in which the traffic did not change. */
export interface ClientCell {
  phase: Phase;
  /** The candidate's share of traffic. Undefined if the revisions are not compared. */
  share?: number | undefined;
  candidate: Answers;
  baseline?: Answers | undefined;
}

/** What one look adds. */
export interface ClientLook {
  cells: readonly ClientCell[];
  /** Seconds since the first shift: now, up to which everything was seen, and at which this share began. */
  seconds: number;
  horizon: number;
  since: number;
  phase: Phase;
  /** No revision stands beside the candidate. */
  alone: boolean;
}

export interface ClientStanding {
  /** ln of the evidence that the candidate gives more 4xx than the baseline. */
  odds: number;
  /** The candidate is worse in this respect: it has to go. */
  worse: boolean;
  /** It may be, so it does not pass. */
  doubt: boolean;
  /** Most answers were 4xx for minutes, with nothing to compare them with. */
  mostly: boolean;
}

const ratios: BaselineGrid = baselineGrid();

/** The candidate must have given this many 4xx. */
export const fewestClient = 3;
/**
 * By how much its fraction of 4xx must be above the baseline's: by half of that, but at least by two points, and never by
 * more than ten.
 */
export const leastDifference = (baseline: number): number => Math.max(0.02, Math.min(0.1, baseline / 2));
const doubtAt = 10;

export function startClients(splitSeconds: number): ClientState {
  return {
    base: startBaseline(ratios, splitSeconds),
    candidate: { ...noAnswers },
    baseline: { ...noAnswers },
    before: null,
    alone: null,
  };
}

/** Books one look. Changes `state`. */
export function advanceClients(state: ClientState, look: ClientLook): void {
  if (state.alone === null) moveBaseline(state.base, look.seconds);
  const fresh: Answers = { ...noAnswers };
  for (const { phase, share, candidate, baseline } of look.cells) {
    if (phase === 'full' || (look.alone && look.phase === 'split')) {
      addAnswers(fresh, candidate);
      continue;
    }
    addAnswers(state.candidate, candidate);
    if (baseline) addAnswers(state.baseline, baseline);
    if (share !== undefined && share > 0 && share < 1)
      bookBaseline(ratios, state.base, share, candidate.client, baseline?.client ?? 0);
  }
  if (!look.alone) return;
  state.alone ??= openStretches(look.since);
  bookStretch(state.alone, look.horizon, fresh);
}

/**
 * An answer of 4xx in place of 5xx is no step back. So the fraction of 4xx must have grown, and also the fraction of all
 * answers that served nobody.
 */
function differs({ candidate, baseline }: ClientState): boolean {
  return (
    candidate.client >= fewestClient &&
    clientRate(candidate) - clientRate(baseline) >= leastDifference(clientRate(baseline)) &&
    unservedRate(candidate) - unservedRate(baseline) >= leastDifference(0)
  );
}

/** ln of the evidence that the candidate gives more 4xx than the baseline. */
export const clientOdds = ({ base }: ClientState): number => logBaselineEvidence(ratios, base);

/** How it was before the candidate had all traffic: before the release, and while traffic was split. */
export function clientsBefore({ before, candidate, baseline }: ClientState): Before {
  const total = (before?.total ?? 0) + candidate.total + baseline.total;
  const client = (before?.client ?? 0) + candidate.client + baseline.client;
  return {
    rate: clientRate({ total, client }),
    othersPerSecond:
      before && before.seconds > 0 ? (before.total - before.client) / before.seconds : undefined,
  };
}

/**
 * @param alpha the chance with which this comparison may take back a healthy release
 * @param moment whether the planned time is over, and the second up to which everything was seen
 */
export function clientStanding(
  state: ClientState,
  alpha: number,
  { ended, horizon }: { ended: boolean; horizon: number },
): ClientStanding {
  const odds = clientOdds(state);
  const different = differs(state);
  const before = clientsBefore(state);
  const { alone } = state;
  return {
    odds,
    worse: different && odds >= -Math.log(alpha),
    doubt:
      (different && odds >= Math.log(doubtAt) && alone === null) ||
      (alone !== null && areRising(alone, horizon, before)),
    mostly: alone !== null && areMostlyClient(alone, before, { ended, horizon }),
  };
}
