import { type ClientState, startClients } from '../evidence/client-test.ts';
import { type EvidencePlan, type EvidenceState, startEvidence, type TestSpec } from '../evidence/state.ts';
import { limitOf, type Objective } from '../slo/objective.ts';
import type { Mark } from './marks.ts';
import type { History } from './policies.ts';

/** Everything that a second runner needs to go on with a watch. Serialisable; about 1.5 KB for each objective. */
export interface WatchState {
  v: 1;
  /** Milliseconds since the epoch of the first shift of traffic. */
  startedAt: number;
  plan: EvidencePlan;
  evidence: EvidenceState;
  marks: Mark[];
  /** The source that counts, and the cursor up to which it was read. */
  source: string | undefined;
  cursor: string | undefined;
  /** Requests a second of all revisions before the first shift, if known. */
  before: number | undefined;
  /** Bad requests that came while traffic was split and name no revision. */
  nameless: number;
  /** Answers of 4xx. Absent in older states, and until a source tells them apart. */
  clients?: ClientState | undefined;
  /** For the classical rules: what each test has seen. */
  history?: History[] | undefined;
}

/** One test for each objective and stream of requests. */
export function testsOf(objectives: readonly Objective[], probes: boolean): TestSpec[] {
  const streams = probes ? (['users', 'probes'] as const) : (['users'] as const);
  return objectives.flatMap((objective) =>
    streams.map((stream) => ({ objective: objective.id, limit: limitOf(objective), stream })),
  );
}

/** The state of 4xx, begun if a source tells them apart for the first time. Changes `state`. */
export function clientsOf(state: WatchState): ClientState {
  state.clients ??= startClients(state.plan.splitSeconds);
  return state.clients;
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
