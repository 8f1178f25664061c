import { type Gate, gateOf } from '../../domain/budget/gate.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SliSource } from '../ports/sli.ts';

export interface BudgetPorts {
  clock: Clock;
  log: Log;
  source: SliSource;
}

export interface BudgetRequest {
  /** The Cloud Run service; its short name or projects/P/locations/L/services/S. */
  service: string;
  objectives: readonly Objective[];
  /** Length of the budget's window, which ends now. */
  windowSeconds: number;
  /** What a spent budget does. */
  onExhausted: 'block' | 'warn';
  /** Why the release goes on although the budget is spent. */
  override?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface BudgetResult {
  /** `fail` forbids the release; `inconclusive` means that the counts could not be read. */
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: Gate;
}

/** Before a release: looks up whether enough of the error budget remains. Throws only if the run is cancelled. */
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
          ? 'First repair what spends the budget. If this release cannot wait, set budget_override to the reason.'
          : undefined,
    });
  if (unreadable !== undefined)
    findings.push({ rule: 'budget-unknown', severity: 'medium', title: gate.reason });
  return { verdict: gate.verdict, reason: gate.reason, findings, evidence: gate };
}
