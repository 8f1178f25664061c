import type { Counts } from '../evidence/counts.ts';

/**
 * The error budget: how many requests an objective allows to be bad within its window. With N requests and a tolerated
 * fraction b, the budget is b * N bad requests, and the bad requests of the window have spent it.
 */
export interface Budget {
  /** Bad requests that the window allows, given its traffic. */
  allowed: number;
  spent: number;
  /** 1 - spent / allowed. Below 0 if more was spent than allowed. */
  remaining: number;
}

/** Returns undefined if the window has no request, because then nothing is known; it does not mean "all is well". */
export function budgetOf(window: Counts, limit: number): Budget | undefined {
  if (!(window.total > 0) || !(limit > 0)) return undefined;
  const allowed = limit * window.total;
  return { allowed, spent: window.bad, remaining: 1 - window.bad / allowed };
}

/** `🟩🟩🟩⬜⬜⬜⬜⬜⬜⬜`: what remains, in tenths. */
export function budgetBar(remaining: number): string {
  const full = Math.max(0, Math.min(10, Math.round(remaining * 10)));
  return '🟩'.repeat(full) + '⬜'.repeat(10 - full);
}
