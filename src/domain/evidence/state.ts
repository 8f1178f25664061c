import { divideAlpha, type TestAlpha } from './alpha.ts';
import {
  type BaselineGrid,
  type BaselineState,
  baselineGrid,
  bookBaseline,
  moveBaseline,
  startBaseline,
} from './baseline-test.ts';
import { addCounts, type Counts, noCounts } from './counts.ts';
import { advanceSlo, type SloGrid, type SloState, sloGrid, startSlo } from './slo-test.ts';

/** `split`: two revisions share the traffic. `full`: the candidate gets all of it. */
export type Phase = 'split' | 'full';

/** One question about one stream of requests: "does the candidate break this objective?" */
export interface TestSpec {
  /** Id of the objective, such as `availability`. */
  objective: string;
  /** Tolerated fraction of bad requests: 1 - target. */
  limit: number;
  /** Users' requests, or probes that the action sends. The two are never mixed. */
  stream: 'users' | 'probes';
}

/** What is fixed before the first request. Changing it later would break the bound. */
export interface EvidencePlan {
  tests: readonly TestSpec[];
  /** Chance of taking back a healthy release, for this region. */
  alpha: number;
  /** Planned seconds of each phase. Bets may start until then. */
  splitSeconds: number;
  fullSeconds: number;
  /** 4xx of both revisions are compared, which uses a part of alpha. Absent in older plans, which compared none. */
  clients?: true | undefined;
}

export interface TestState {
  /** The candidate against the baseline. */
  base: BaselineState;
  /** The candidate against its objective, while traffic is split. */
  split: SloState;
  /** The baseline against the same objective, while traffic is split. */
  beside: SloState;
  /** The candidate against its objective at 100 %; null before that. */
  full: SloState | null;
  /** The candidate's requests since its first traffic. */
  candidate: Counts;
  /** The baseline's requests while traffic was split. */
  baseline: Counts;
  /** The candidate's requests at 100 %. */
  candidateFull: Counts;
}

/** Serialisable. A second runner continues from it and decides the same. */
export interface EvidenceState {
  v: 1;
  /** Seconds since the first shift of traffic, at the last poll. */
  seconds: number;
  /** Seconds since the first shift when the candidate got all traffic; null while split. */
  fullSince: number | null;
  tests: TestState[];
}

/** New counts of one test since the poll before, from a time in which the traffic did not change. */
export interface Cell {
  /** Index into the plan's tests. */
  test: number;
  phase: Phase;
  /** The candidate's share of traffic. Undefined while traffic has not settled; then the revisions are not compared. */
  share?: number | undefined;
  candidate: Counts;
  baseline?: Counts | undefined;
}

export interface Poll {
  /** Seconds since the first shift. */
  seconds: number;
  phase: Phase;
  cells: readonly Cell[];
}

/** One grid for each limit, because building one costs more than a poll. */
const grids = new Map<number, SloGrid>();
export function gridOf(limit: number): SloGrid {
  const known = grids.get(limit);
  if (known) return known;
  const grid = sloGrid(limit);
  grids.set(limit, grid);
  return grid;
}

export const ratios: BaselineGrid = baselineGrid();

export function startEvidence(plan: EvidencePlan): EvidenceState {
  return {
    v: 1,
    seconds: 0,
    fullSince: null,
    tests: plan.tests.map(({ limit }) => ({
      base: startBaseline(ratios, plan.splitSeconds),
      split: startSlo(gridOf(limit), plan.splitSeconds),
      beside: startSlo(gridOf(limit), plan.splitSeconds),
      full: null,
      candidate: { ...noCounts },
      baseline: { ...noCounts },
      candidateFull: { ...noCounts },
    })),
  };
}

/** Books one poll. Costs O(K) for each test, however many polls came before. Changes `state`. */
export function advance(plan: EvidencePlan, state: EvidenceState, poll: Poll): void {
  const seconds = Math.max(state.seconds, poll.seconds);
  if (poll.phase === 'full' && state.fullSince === null) beginFull(plan, state);
  for (let i = 0; i < state.tests.length; i++) {
    const test = state.tests[i] as TestState;
    const grid = gridOf((plan.tests[i] as TestSpec).limit);
    // A request that becomes visible late counts in the phase in which it was served, but starts no new bet there.
    const splitSeconds = state.fullSince === null ? seconds : test.split.seconds;
    moveBaseline(test.base, splitSeconds);
    const now: Record<Phase, Counts> = { split: { ...noCounts }, full: { ...noCounts } };
    const beside: Counts = { ...noCounts };
    for (const cell of poll.cells) {
      if (cell.test !== i) continue;
      addCounts(now[cell.phase], cell.candidate);
      if (cell.phase === 'full') continue;
      if (cell.baseline) addCounts(beside, cell.baseline);
      if (cell.share !== undefined && cell.share > 0 && cell.share < 1)
        bookBaseline(ratios, test.base, cell.share, cell.candidate.bad, cell.baseline?.bad ?? 0);
    }
    advanceSlo(grid, test.split, splitSeconds, now.split);
    advanceSlo(grid, test.beside, splitSeconds, beside);
    if (test.full && state.fullSince !== null) {
      advanceSlo(grid, test.full, seconds - state.fullSince, now.full);
      addCounts(test.candidateFull, now.full);
    }
    addCounts(test.candidate, now.split);
    addCounts(test.candidate, now.full);
    addCounts(test.baseline, beside);
  }
  state.seconds = seconds;
}

function beginFull(plan: EvidencePlan, state: EvidenceState): void {
  state.fullSince = state.seconds;
  state.tests.forEach((test, i) => {
    test.full = startSlo(gridOf((plan.tests[i] as TestSpec).limit), plan.fullSeconds);
  });
}

/** The alpha that each single test of this plan may use. */
export function alphaOf(plan: EvidencePlan): TestAlpha {
  const objectives = new Set(plan.tests.map((test) => test.objective)).size;
  const streams = plan.tests.length / Math.max(1, objectives);
  return divideAlpha(plan.alpha, { objectives, streams, clients: plan.clients === true });
}
