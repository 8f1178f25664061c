import type { Counts } from '../../evidence/counts.ts';
import type { WatchState } from '../state.ts';
import type { RecordedWatch } from './recorded.ts';

/** Recorded counts, as `replay` reads them (docs/decide/how-it-decides.md). Counts are increments since the poll before. */
export interface ReplayFile {
  slo: number;
  duration_seconds: number;
  alpha: number;
  /** The candidate's share of traffic, for polls that do not name their own. */
  share?: number | undefined;
  /** Written by a watch: its steps, whole. If they are there, they are judged and not the polls. */
  steps?: readonly RecordedWatch[] | undefined;
  polls: { t: number; share?: number | undefined; candidate: Counts; baseline?: Counts | undefined }[];
}

interface Point {
  seconds: number;
  share: number;
  tests: readonly { candidate: Counts; baseline: Counts }[];
}

/** Records what a watch saw of its first objective, so that anyone can judge it again offline. */
export function recordReplay(
  state: WatchState,
  request: { durationSeconds: number; phase: 'split' | 'full'; baseline?: string | undefined },
  points: readonly Point[],
  recorded: RecordedWatch | undefined,
): ReplayFile | undefined {
  const index = state.plan.tests.findIndex(({ stream }) => stream === 'users');
  const spec = state.plan.tests[index];
  if (!spec) return undefined;
  return {
    slo: Number((1 - spec.limit).toPrecision(12)),
    duration_seconds: request.phase === 'split' ? state.plan.splitSeconds : state.plan.fullSeconds,
    alpha: state.plan.alpha,
    ...(recorded ? { steps: [recorded] } : {}),
    polls: points.map(({ seconds, share, tests }) => {
      const { candidate, baseline } = tests[index] as Point['tests'][number];
      const beside = request.phase === 'split' && request.baseline ? { baseline } : {};
      return { t: seconds, share: request.phase === 'full' ? 1 : share, candidate, ...beside };
    }),
  };
}
