import type { Verdict } from '../verdict.ts';

/** What the release knows of itself, as it stands in its report (`evidence.release`); times in seconds since it began. */
export interface ReleaseFacts {
  service?: string | undefined;
  url?: string | undefined;
  before?: string | undefined;
  candidate?: string | undefined;
  first: boolean;
  unchanged: boolean;
  serving: { revision: string; percent: number }[];
  /** RFC 3339: when that was last read. */
  verified_at: string;
  exposure?: string | undefined;
  kept_pin: boolean;
  after_promote: 'pinned' | 'latest';
  steps: number[];
  seconds: number;
  stages: StageFacts[];
  shares: { at: number; percent: number }[];
  segments: SegmentFacts[];
  warnings: string[];
  commit?: { sha: string; url?: string | undefined; compare?: string | undefined } | undefined;
  attempt?: number | undefined;
  dry_run?: boolean | undefined;
  logs_url?: string | undefined;
}

export interface StageFacts {
  stage: string;
  kind: 'check' | 'build' | 'smoke' | 'watch' | 'back' | 'finish';
  start: number;
  seconds: number;
  verdict: Verdict;
  note: string;
}

export interface SegmentFacts {
  percent: number;
  phase: 'split' | 'full';
  verdict: Verdict;
  reason: string;
  requests?: number | undefined;
  bad?: number | undefined;
  /** The watch's own evidence; read as far as it is what it should be. */
  evidence?: unknown;
}

export interface Counts {
  total: number;
  bad: number;
}

/** The objective that decided, cumulative over a segment. */
export interface Course {
  title: string;
  /** Tolerated share of bad requests. */
  limit: number;
  candidate: Counts;
  baseline: Counts | undefined;
  /** Odds against the candidate, and the odds at which the watch acts, as natural logarithms. */
  against: number;
  actsAt: number;
  /** Seconds since the shift, and shares of bad requests until then in percent. */
  points: { at: number; candidate: number; baseline: number }[];
  seconds: number;
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : 0;
const countsOf = (value: unknown): Counts => {
  const raw = objectOf(value);
  return { total: numberOf(raw.total), bad: numberOf(raw.bad) };
};
const percentOf = ({ total, bad }: Counts) => (total > 0 ? (100 * bad) / total : 0);

/** Reads the watch's evidence of one segment: the test that came nearest to acting. */
export function courseOf(segment: SegmentFacts): Course | undefined {
  const evidence = objectOf(segment.evidence);
  const tests = Array.isArray(evidence.tests) ? evidence.tests.map(objectOf) : [];
  if (tests.length === 0) return undefined;
  const near = (test: Record<string, unknown>) => numberOf(test.against) - numberOf(test.actsAt);
  let index = 0;
  for (const [i, test] of tests.entries()) if (near(test) > near(tests[index] ?? {})) index = i;
  const test = tests[index] ?? {};
  const objective = objectOf(test.objective);
  const sums = { candidate: { total: 0, bad: 0 }, baseline: { total: 0, bad: 0 } };
  const points: Course['points'] = [];
  let start: number | undefined;
  for (const raw of Array.isArray(evidence.points) ? evidence.points : []) {
    const point = objectOf(raw);
    const at = objectOf(Array.isArray(point.tests) ? point.tests[index] : undefined);
    start ??= numberOf(point.seconds);
    for (const arm of ['candidate', 'baseline'] as const) {
      const counts = countsOf(at[arm]);
      sums[arm].total += counts.total;
      sums[arm].bad += counts.bad;
    }
    points.push({
      at: numberOf(point.seconds) - start,
      candidate: percentOf(sums.candidate),
      baseline: percentOf(sums.baseline),
    });
  }
  const baseline = countsOf(test.baseline);
  return {
    title: typeof objective.title === 'string' ? objective.title : String(objective.id ?? 'requests'),
    limit: numberOf(test.limit),
    candidate: countsOf(test.candidate),
    baseline: baseline.total > 0 ? baseline : undefined,
    against: numberOf(test.against),
    actsAt: numberOf(test.actsAt),
    points,
    seconds: points.at(-1)?.at ?? 0,
  };
}
