import { logAdd, logMix } from './log-space.ts';

/**
 * The capital of one family of bets, mixed over the time at which betting began: a part of it bets from the first
 * request on, the rest starts evenly over the planned time. Each start is a test of its own, so the mixture keeps
 * every bound, and a failure after a long healthy stretch is not buried under it. Recursive: the state is the same
 * few numbers however long the watch lasts.
 */
export interface Bets {
  /** ln of each alternative's capital, over all starts so far. */
  logCapital: number[];
  /** Seconds since this test began. */
  seconds: number;
  /** Planned seconds, fixed at the start: bets may start until then. */
  planned: number;
}

/** `first` is the part that bets from the beginning. */
export function openBets(alternatives: number, plannedSeconds: number, first: number): Bets {
  return {
    logCapital: Array.from({ length: alternatives }, () => Math.log(first)),
    seconds: 0,
    planned: Math.max(1, plannedSeconds),
  };
}

/** Starts the bets of the time until `seconds`; they see what is booked after this. In place. */
export function moveTo(bets: Bets, seconds: number, first: number): void {
  if (seconds <= bets.seconds) return;
  const from = Math.min(bets.seconds, bets.planned);
  const part = ((1 - first) * (Math.min(seconds, bets.planned) - from)) / bets.planned;
  const { logCapital } = bets;
  if (part > 0) {
    const fresh = Math.log(part);
    for (let k = 0; k < logCapital.length; k++) logCapital[k] = logAdd(logCapital[k] as number, fresh);
  }
  bets.seconds = seconds;
}

/** ln of the whole evidence: every alternative's capital by its weight, and what has not been staked yet. */
export function logEvidence(bets: Bets, weights: readonly number[], first: number): number {
  const idle = (1 - first) * Math.max(0, 1 - bets.seconds / bets.planned);
  return logAdd(logMix(bets.logCapital, weights), Math.log(idle));
}
