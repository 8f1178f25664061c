import { decide, type Moment } from '../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, type Poll, startEvidence } from '../../src/domain/evidence/state.ts';

/** A plan with one objective of 99.5 % by default. */
export const plan = (
  tests: EvidencePlan['tests'] = [{ objective: 'availability', limit: 0.005, stream: 'users' }],
): EvidencePlan => ({
  tests,
  alpha: 0.001,
  splitSeconds: 1800,
  fullSeconds: 1800,
});
/** A moment at which every waiting time is over. */
export const late: Moment = { phase: 'split', dwell: 600, lag: 10 };

/** The decision after these polls. */
export function judged(polls: readonly Poll[], moment: Partial<Moment> = {}, plans = plan()) {
  const state = startEvidence(plans);
  for (const poll of polls) advance(plans, state, poll);
  return decide(plans, state, { ...late, phase: polls.at(-1)?.phase ?? 'split', ...moment });
}

/** A poll while traffic is split; counts are [total, bad]. */
export const split = (
  seconds: number,
  candidate: [number, number],
  baseline: [number, number],
  share = 0.1,
): Poll => ({
  seconds,
  phase: 'split',
  cells: [
    {
      test: 0,
      phase: 'split',
      share,
      candidate: { total: candidate[0], bad: candidate[1] },
      baseline: { total: baseline[0], bad: baseline[1] },
    },
  ],
});
/** A poll at 100 %. */
export const full = (seconds: number, total: number, bad: number): Poll => ({
  seconds,
  phase: 'full',
  cells: [{ test: 0, phase: 'full', candidate: { total, bad } }],
});
