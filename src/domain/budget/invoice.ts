import type { Invoice } from './budget.ts';

/** What a release or a watch spent of each objective's error budget. */
export interface InvoiceFacts {
  items: readonly { title: string; invoice: Invoice }[];
}
