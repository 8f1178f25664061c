import { type Invoice, invoiceOf } from '../../domain/budget/budget.ts';
import { type Gate, gateOf } from '../../domain/budget/gate.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { limitOf, type Objective, objectiveTitle } from '../../domain/slo/objective.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SliSource } from '../ports/sli.ts';

export interface BudgetPorts {
  clock: Clock;
  log: Log;
  source: SliSource;
}

export interface BudgetRequest {
  /** The Cloud Run service; the short name or the full one. */
  service: string;
  objectives: readonly Objective[];
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** Why the release goes on although the budget is spent. */
  override?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface BudgetResult {
  /** `fail` forbids the release, `inconclusive` could not find out. */
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: Gate;
}

/** Before a release: is there budget left to spend on it? */
export async function budgetGate(ports: BudgetPorts, request: BudgetRequest): Promise<BudgetResult> {
  const now = ports.clock.now();
  const service = shortName(request.service);
  let windows: Record<string, Counts | undefined> = {};
  let unreadable: string | undefined;
  try {
    const objectives = request.objectives.map(({ id, kind, slowerThanMs }) => ({ id, kind, slowerThanMs }));
    windows = await ports.source.total(
      { service, objectives },
      now - request.windowSeconds * 1000,
      now,
      request.signal,
    );
  } catch (error) {
    if (request.signal?.aborted) throw error;
    unreadable = messageOf(error);
  }
  const gate = gateOf(request.objectives, windows, request, unreadable);
  const findings: Finding[] = [];
  if (gate.exhausted)
    findings.push({
      rule: 'budget-exhausted',
      severity: gate.verdict === 'fail' ? 'high' : 'medium',
      title: gate.reason,
      fix:
        gate.verdict === 'fail'
          ? 'Repair what spends the budget first, or set budget_override to the reason why this release cannot wait.'
          : undefined,
    });
  if (unreadable !== undefined)
    findings.push({ rule: 'budget-unknown', severity: 'medium', title: gate.reason });
  return { verdict: gate.verdict, reason: gate.reason, findings, evidence: gate };
}

export interface InvoiceItem {
  objective: string;
  title: string;
  invoice: Invoice;
}

/**
 * After a release: what its bad answers cost, objective by objective. `spent` has the candidate's users' requests of
 * all watches; empty where the window before the release is not known.
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
