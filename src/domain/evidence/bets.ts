import { logAdd, logMix } from './log-space.ts';

/**
 * The capital of one family of bets. A part of it bets from the first request on; the rest starts evenly over the planned
 * time, so that a failure after a long healthy stretch is still found. Each start is a separate test, so the mixture
 * keeps the bound. The computation is recursive: the state stays the same few numbers, however long the watch lasts.
 */
export interface Bets {
  /** ln of each alternative's capital, summed over all starts so far. */
  logCapital: number[];
  /** Seconds since this test began. */
  seconds: number;
  /** Planned seconds, fixed at the beginning. Bets may start until then. */
  planned: number;
}

/** @param first the part of the capital that bets from the beginning, 0 to 1 */
export function openBets(alternatives: number, plannedSeconds: number, first: number): Bets {
  return {
    logCapital: Array.from({ length: alternatives }, () => Math.log(first)),
    seconds: 0,
    planned: Math.max(1, plannedSeconds),
  };
}

/** Starts the bets that are due by `seconds`. They bet on what is booked after this call. Changes `bets`. */
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

/** ln of the whole evidence: the weighted capital of every alternative, plus the capital that has not started yet. */
export function logEvidence(bets: Bets, weights: readonly number[], first: number): number {
  const idle = (1 - first) * Math.max(0, 1 - bets.seconds / bets.planned);
  return logAdd(logMix(bets.logCapital, weights), Math.log(idle));
}
