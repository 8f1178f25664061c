import { type EvidencePlan, type EvidenceState, startEvidence, type TestSpec } from '../evidence/state.ts';
import { limitOf, type Objective } from '../slo/objective.ts';
import type { Mark } from './marks.ts';
import type { History } from './policies.ts';

/** All that a second runner needs to go on with a watch. Serialisable, about 1 KB an objective. */
export interface WatchState {
  v: 1;
  /** Milliseconds since the epoch of the first shift of traffic. */
  startedAt: number;
  plan: EvidencePlan;
  evidence: EvidenceState;
  marks: Mark[];
  /** Where the source was read to. */
  source: string | undefined;
  cursor: string | undefined;
  /** Requests a second of all revisions before the first shift, where known. */
  before: number | undefined;
  /** Bad requests of the split that name no revision. */
  nameless: number;
  /** For the classical rules: what each test of users has seen. */
  history?: History[] | undefined;
}

export function testsOf(objectives: readonly Objective[], probes: boolean): TestSpec[] {
  const streams = probes ? (['users', 'probes'] as const) : (['users'] as const);
  return objectives.flatMap((objective) =>
    streams.map((stream) => ({ objective: objective.id, limit: limitOf(objective), stream })),
  );
}

export function startWatch(plan: EvidencePlan, startedAt: number): WatchState {
  return {
    v: 1,
    startedAt,
    plan,
    evidence: startEvidence(plan),
    marks: [],
    source: undefined,
    cursor: undefined,
    before: undefined,
    nameless: 0,
  };
}
