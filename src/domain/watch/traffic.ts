import { addCounts, type Counts } from '../evidence/counts.ts';
import type { Cell, Phase, TestSpec } from '../evidence/state.ts';

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

/** What one step has seen of users, at its own share alone. */
export interface StepTraffic {
  candidate: number;
  baseline: number;
  /** Of both, with those that a sample has left out. */
  all: number;
}

/** Adds the requests of the first objective that fall under this step's share; `sampled` is the part that was read. */
export function addTraffic(
  to: StepTraffic,
  cells: readonly Cell[],
  tests: readonly TestSpec[],
  step: { phase: Phase; share: number },
  sampled = 1,
): void {
  const users = tests.findIndex(({ stream }) => stream === 'users');
  for (const cell of cells) {
    if (cell.test !== users || cell.phase !== step.phase) continue;
    if (step.phase === 'split' && cell.share !== step.share) continue;
    const beside = cell.baseline?.total ?? 0;
    to.candidate += cell.candidate.total;
    to.baseline += beside;
    to.all += (cell.candidate.total + beside) / sampled;
  }
}

/**
 * Adds, by test, the candidate's requests that a sample has left out, estimated from those that it holds: they are no
 * evidence, but they have been served, and the error budget has paid for them.
 */
export function addUnread(
  to: readonly Counts[],
  cells: readonly Cell[],
  tests: readonly TestSpec[],
  sampled = 1,
): void {
  for (const { test, candidate } of cells) {
    const sum = to[test];
    if (!sum || tests[test]?.stream !== 'users') continue;
    addCounts(sum, { total: candidate.total * (1 / sampled - 1), bad: candidate.bad * (1 / sampled - 1) });
  }
}

/** Traffic that forbids an early pass, in words; undefined where it looks as it should. */
export function trafficProblem(
  traffic: StepTraffic,
  step: { phase: Phase; share: number; baseline?: string | undefined; candidate: string },
  /** `seconds` of this step that the source has seen whole. */
  facts: { nameless: number; before: number | undefined; seconds: number },
): string | undefined {
  const { candidate, baseline } = traffic;
  const compared = step.phase === 'split' && step.baseline !== undefined;
  if (compared && starved(candidate, baseline, step.share))
    return `${step.candidate} finished ${candidate} of ${candidate + baseline} requests, although ${Math.round(step.share * 100)} % were sent to it: requests may hang, or find no instance.`;
  if (step.phase === 'split' && facts.nameless >= 3)
    return `${facts.nameless} requests found no free instance (429), and the log does not say of which revision.`;
  if ((step.phase === 'full' || compared) && fell(facts.before, traffic.all, facts.seconds))
    return `traffic fell to less than half of the ${(facts.before ?? 0).toFixed(1)} requests a second before the shift.`;
  return undefined;
}
