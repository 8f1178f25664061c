import type { Counts } from '../evidence/counts.ts';
import type { Verdict } from '../findings/verdict.ts';
import { limitOf, type Objective, objectiveTitle } from '../slo/objective.ts';
import { countText, elapsedText, percentText } from '../watch/words.ts';
import { type Budget, budgetOf } from './budget.ts';

export interface GateObjective {
  objective: Objective;
  limit: number;
  /** Undefined where the source could not tell, or nobody called. */
  window: Counts | undefined;
  budget: Budget | undefined;
}

export interface Gate {
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  objectives: GateObjective[];
  /** The least that is left of any objective; undefined where none is known. */
  remaining: number | undefined;
  /** Why somebody let it pass all the same. */
  override: string | undefined;
  exhausted: boolean;
}

export interface GateRules {
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** A reason, written down in the report. */
  override?: string | undefined;
}

/**
 * May a release begin? Blocks where a budget is spent, unless told to warn or overridden with a reason. A window
 * without a request blocks nobody: new functions must be able to begin. `unreadable` says why nothing is known.
 */
export function gateOf(
  objectives: readonly Objective[],
  windows: Readonly<Record<string, Counts | undefined>>,
  rules: GateRules,
  unreadable?: string,
): Gate {
  const rows = objectives.map((objective): GateObjective => {
    const limit = limitOf(objective);
    const window = windows[objective.id];
    return { objective, limit, window, budget: window ? budgetOf(window, limit) : undefined };
  });
  const known = rows.filter((row) => row.budget !== undefined);
  const worst = known.reduce<GateObjective | undefined>(
    (least, row) =>
      least === undefined || (row.budget?.remaining ?? 0) < (least.budget?.remaining ?? 0) ? row : least,
    undefined,
  );
  const remaining = worst?.budget?.remaining;
  const exhausted = remaining !== undefined && remaining <= 0;
  const span = elapsedDays(rules.windowSeconds);
  const base = { objectives: rows, remaining, override: exhausted ? rules.override : undefined, exhausted };
  if (unreadable !== undefined)
    return { ...base, verdict: 'inconclusive', reason: `The error budget could not be read: ${unreadable}` };
  if (!worst || remaining === undefined)
    return {
      ...base,
      verdict: 'pass',
      reason: `No request in the last ${span}: there is no budget to spend yet.`,
    };
  if (!exhausted)
    return {
      ...base,
      verdict: 'pass',
      reason: `${percentText(remaining)} of the error budget of ${span} left.`,
    };
  const spent = `The error budget of ${span} is spent: ${countText(worst.budget?.spent ?? 0)} of ${countText(worst.window?.total ?? 0)} requests missed the objective "${objectiveTitle(worst.objective)}", ${countText(worst.budget?.allowed ?? 0)} are allowed.`;
  if (rules.override !== undefined)
    return { ...base, verdict: 'pass', reason: `${spent} Released all the same: ${rules.override}` };
  if (rules.onExhausted === 'warn')
    return { ...base, verdict: 'pass', reason: `${spent} on_exhausted is warn, so the release goes on.` };
  return { ...base, verdict: 'fail', reason: `${spent} Nothing was deployed.` };
}

function elapsedDays(seconds: number): string {
  const days = seconds / 86_400;
  return days >= 1 ? `${Number(days.toFixed(1))} d` : elapsedText(seconds);
}
