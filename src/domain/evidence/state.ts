import { shareAlpha } from './alpha.ts';
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

export type Phase = 'split' | 'full';

/** One question about one stream of requests: "does the candidate break this objective?" */
export interface TestSpec {
  /** Id of the objective, such as `availability`. */
  objective: string;
  /** Tolerated share of bad requests: 1 - target. */
  limit: number;
  /** Users' requests, or our own probes: never mixed. */
  stream: 'users' | 'probes';
}

/** What is fixed before the first request is seen. */
export interface EvidencePlan {
  tests: readonly TestSpec[];
  /** Chance of taking back a healthy release, for this region. */
  alpha: number;
  /** Planned seconds of each phase: bets may start until then. */
  splitSeconds: number;
  fullSeconds: number;
}

export interface TestState {
  base: BaselineState;
  /** The candidate against its objective while traffic is split, the baseline beside it, the candidate at 100 %. */
  split: SloState;
  beside: SloState;
  full: SloState | null;
  /** Since the candidate's first user request. */
  candidate: Counts;
  baseline: Counts;
  candidateFull: Counts;
}

/** Serialisable: a second runner goes on from it and decides the same. */
export interface EvidenceState {
  v: 1;
  /** Seconds since the first shift of traffic, at the last poll. */
  seconds: number;
  /** Seconds since the first shift when the candidate got all traffic; null while split. */
  fullSince: number | null;
  tests: TestState[];
}

/** New counts of one test since the poll before, in one stretch of constant traffic. */
export interface Cell {
  /** Index into the plan's tests. */
  test: number;
  phase: Phase;
  /** Candidate's share of traffic; undefined while traffic has not settled: then no comparison is made. */
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

/** Books one poll, in place; O(K) for each test, whatever came before. */
export function advance(plan: EvidencePlan, state: EvidenceState, poll: Poll): void {
  const seconds = Math.max(state.seconds, poll.seconds);
  if (poll.phase === 'full' && state.fullSince === null) beginFull(plan, state);
  for (let i = 0; i < state.tests.length; i++) {
    const test = state.tests[i] as TestState;
    const grid = gridOf((plan.tests[i] as TestSpec).limit);
    // What becomes visible late belongs to the phase in which it was served, but starts no new bet there.
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

/** The alpha of each single test of this plan. */
export function alphaOf(plan: EvidencePlan): { split: number; full: number } {
  const objectives = new Set(plan.tests.map((test) => test.objective)).size;
  return shareAlpha(plan.alpha, { objectives, streams: plan.tests.length / Math.max(1, objectives) });
}
