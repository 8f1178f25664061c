import { addCounts, type Counts } from '../evidence/counts.ts';
import type { Cell, Phase, TestSpec } from '../evidence/state.ts';

/** An event with a probability below one in a million (Chernoff's bound, as ln) does not count as chance. */
const surprise = Math.log(1e6);

/**
 * True if the candidate finishes far fewer requests than its share. Requests that hang or wait for an instance never
 * finish, so a revision that starves looks quiet, not bad.
 */
export function starved(candidate: number, baseline: number, share: number): boolean {
  const all = candidate + baseline;
  const seen = all > 0 ? candidate / all : 0;
  if (!(share > 0 && share < 1) || all === 0 || seen > 0.7 * share) return false;
  const part = seen === 0 ? 0 : seen * Math.log(seen / share);
  return all * (part + (1 - seen) * Math.log((1 - seen) / (1 - share))) > surprise;
}

/** True if traffic as a whole fell below half of `before` (requests a second), by more than chance. */
export function fell(before: number | undefined, requests: number, seconds: number): boolean {
  if (before === undefined || before <= 0 || seconds <= 0) return false;
  const expected = before * seconds;
  if (requests > expected / 2) return false;
  return expected - requests + (requests === 0 ? 0 : requests * Math.log(requests / expected)) > surprise;
}

/** Users' requests that one canary step has seen at its own share. */
export interface StepTraffic {
  candidate: number;
  baseline: number;
  /** The requests of both revisions, including those that a sample left out. */
  all: number;
}

/** Adds the requests of the first objective that came at this step's share. `sampled` is the fraction that was read. */
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
 * Adds to each test an estimate of the candidate's requests that a sample left out. They are not evidence, but users
 * sent them, so the error budget paid for them.
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

/** Says what about the traffic forbids an early pass. Returns undefined if the traffic looks as expected. */
export function trafficProblem(
  traffic: StepTraffic,
  step: { phase: Phase; share: number; baseline?: string | undefined; candidate: string },
  /** `before`: requests a second before the first shift. `seconds`: time of this step that the source has fully seen. */
  facts: { nameless: number; before: number | undefined; seconds: number; supply?: string | undefined },
): string | undefined {
  const { candidate, baseline } = traffic;
  const compared = step.phase === 'split' && step.baseline !== undefined;
  if (compared && starved(candidate, baseline, step.share))
    return `${step.candidate} finished ${candidate} of ${candidate + baseline} requests, although ${Math.round(step.share * 100)} % were sent to it. Requests may hang, or find no free instance.`;
  if (step.phase === 'split' && facts.nameless >= 3)
    return `${facts.nameless} requests found no free instance (429), and the log does not say which revision they were for.${facts.supply === undefined ? '' : ` ${facts.supply}`}`;
  if ((step.phase === 'full' || compared) && fell(facts.before, traffic.all, facts.seconds))
    return `Traffic fell to less than half of the ${(facts.before ?? 0).toFixed(1)} requests a second before the shift.`;
  return undefined;
}
