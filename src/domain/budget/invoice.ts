import type { Counts } from '../evidence/counts.ts';
import { limitOf, objectiveTitle } from '../slo/objective.ts';
import { budgetOf } from './budget.ts';
import type { Gate } from './gate.ts';

/** What a release cost under one objective. */
export interface Invoice {
  /** Bad requests of the candidate. */
  bad: number;
  /** The fraction of the whole budget that they spent. */
  share: number;
  /** The fraction of the budget that remains after them. */
  remaining: number;
  /** How many more releases of the same cost the rest of the budget allows. Undefined if this one cost nothing. */
  more: number | undefined;
}

/**
 * What a release spent of the budget. `window` is the traffic before it, whose bad requests have already been paid.
 * Returns undefined if that window had no request.
 */
export function invoiceOf(window: Counts, limit: number, release: Counts): Invoice | undefined {
  const before = budgetOf(window, limit);
  if (!before) return undefined;
  const share = release.bad / before.allowed;
  const remaining = before.remaining - share;
  const more = share > 0 ? Math.max(0, Math.floor(remaining / share + 1e-9)) : undefined;
  return { bad: release.bad, share, remaining, more };
}

export interface InvoiceItem {
  /** Id of the objective. */
  objective: string;
  title: string;
  invoice: Invoice;
}

/** What a release or a watch spent of each objective's error budget. */
export interface InvoiceFacts {
  items: readonly { title: string; invoice: Invoice }[];
}

/**
 * The invoice of a release, objective by objective. An objective whose window before the release is unknown has none.
 * @param spent by objective: the users' requests that the candidate got in all watches of the release
 */
export function budgetInvoice(
  gate: Gate,
  spent: Readonly<Record<string, Counts | undefined>>,
): { items: InvoiceItem[] } {
  const items = gate.objectives.flatMap(({ objective, window }): InvoiceItem[] => {
    const release = spent[objective.id];
    const invoice = window && release ? invoiceOf(window, limitOf(objective), release) : undefined;
    return invoice ? [{ objective: objective.id, title: objectiveTitle(objective), invoice }] : [];
  });
  return { items };
}
