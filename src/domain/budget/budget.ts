import type { Counts } from '../evidence/counts.ts';

/**
 * Error budget: what an objective allows to fail over its window. With N requests and a tolerated share b the budget
 * is b * N bad requests; spent is what was bad. Without a request nothing is known: not "all is well".
 */
export interface Budget {
  /** Bad requests that the window allows, given its traffic. */
  allowed: number;
  spent: number;
  /** 1 - spent / allowed; below 0 where more was spent than there was. */
  remaining: number;
}

export function budgetOf(window: Counts, limit: number): Budget | undefined {
  if (!(window.total > 0) || !(limit > 0)) return undefined;
  const allowed = limit * window.total;
  return { allowed, spent: window.bad, remaining: 1 - window.bad / allowed };
}

export interface Invoice {
  /** Bad requests of the candidate, and their share of the whole budget. */
  bad: number;
  share: number;
  /** What is left once they are paid. */
  remaining: number;
  /** How many releases like this one the rest would pay for; undefined where this one cost nothing. */
  more: number | undefined;
}

/** What a release cost. `window` is the traffic before it, whose bad requests are already paid. */
export function invoiceOf(window: Counts, limit: number, release: Counts): Invoice | undefined {
  const before = budgetOf(window, limit);
  if (!before) return undefined;
  const share = release.bad / before.allowed;
  const remaining = before.remaining - share;
  const more = share > 0 ? Math.max(0, Math.floor(remaining / share + 1e-9)) : undefined;
  return { bad: release.bad, share, remaining, more };
}

/** `🟩🟩🟩⬜⬜⬜⬜⬜⬜⬜`: what is left, in tenths. */
export function budgetBar(remaining: number): string {
  const full = Math.max(0, Math.min(10, Math.round(remaining * 10)));
  return '🟩'.repeat(full) + '⬜'.repeat(10 - full);
}
