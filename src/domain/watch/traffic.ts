import type { Counts } from '../evidence/counts.ts';

/** A surprise this rare (ln of one in a million, Chernoff's bound) is not chance. */
const surprise = Math.log(1e6);

/**
 * Does the candidate answer far fewer requests than were sent its way? Requests that hang or never start an instance
 * finish nowhere, so a starving revision looks quiet, not bad.
 */
export function starved(candidate: number, baseline: number, share: number): boolean {
  const all = candidate + baseline;
  const seen = all > 0 ? candidate / all : 0;
  if (!(share > 0 && share < 1) || all === 0 || seen > 0.7 * share) return false;
  const part = seen === 0 ? 0 : seen * Math.log(seen / share);
  return all * (part + (1 - seen) * Math.log((1 - seen) / (1 - share))) > surprise;
}

/** Did traffic as a whole fall to less than half of what it was, by more than chance? Rates in requests a second. */
export function fell(before: number | undefined, requests: number, seconds: number): boolean {
  if (before === undefined || before <= 0 || seconds <= 0) return false;
  const expected = before * seconds;
  if (requests > expected / 2) return false;
  return expected - requests + (requests === 0 ? 0 : requests * Math.log(requests / expected)) > surprise;
}

export const requestsOf = (counts: readonly Counts[]): number =>
  counts.reduce((sum, { total }) => sum + total, 0);

interface TrafficFacts {
  evidence: { tests: readonly { candidate: Counts; baseline: Counts }[]; fullSince: number | null };
  marks: readonly { share: number | null }[];
  before: number | undefined;
  plan: { tests: readonly { stream: string }[] };
  startedAt: number;
  nameless: number;
}

/**
 * Traffic that forbids an early pass, in words; undefined where it looks as it should. The comparison of the shares
 * holds only while there was one share.
 */
export function trafficProblem(
  state: TrafficFacts,
  step: { phase: 'split' | 'full'; share: number; baseline?: string | undefined; candidate: string },
  dwellSeconds: number,
  lagMs: number,
): string | undefined {
  const users = state.evidence.tests.filter((_, i) => state.plan.tests[i]?.stream === 'users');
  const candidate = Math.max(0, ...users.map((test) => test.candidate.total));
  const baseline = Math.max(0, ...users.map((test) => test.baseline.total));
  const shares = new Set(state.marks.map(({ share }) => share).filter((share) => share !== null));
  if (
    step.phase === 'split' &&
    step.baseline &&
    shares.size === 1 &&
    starved(candidate, baseline, step.share)
  )
    return `${step.candidate} finished ${candidate} of ${candidate + baseline} requests, although ${Math.round(step.share * 100)} % were sent to it: requests may hang, or find no instance.`;
  if (step.phase === 'split' && state.nameless >= 3)
    return `${state.nameless} requests found no free instance (429), and the log does not say of which revision.`;
  const seconds = dwellSeconds - lagMs / 1000;
  if (
    shares.size === 1 &&
    (step.phase === 'full' || step.baseline) &&
    fell(state.before, candidate + baseline, seconds)
  )
    return `traffic fell to less than half of the ${(state.before ?? 0).toFixed(1)} requests a second before the shift.`;
  return undefined;
}
