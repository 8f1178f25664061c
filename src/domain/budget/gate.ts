import type { Counts } from '../evidence/counts.ts';
import type { Verdict } from '../findings/verdict.ts';
import { limitOf, type Objective, objectiveTitle } from '../slo/objective.ts';
import { countText, elapsedText, percentText } from '../text/numbers.ts';
import { type Budget, budgetOf } from './budget.ts';

export interface GateObjective {
  objective: Objective;
  limit: number;
  /** Requests of the budget window. Undefined if the source could not tell, or had none. */
  window: Counts | undefined;
  budget: Budget | undefined;
  /** Why this one has no counts, or that they begin later than the window. */
  note?: string | undefined;
}

export interface Gate {
  verdict: Verdict;
  /** The decision and its reason, in one sentence. */
  reason: string;
  objectives: GateObjective[];
  /** The smallest fraction that remains of any objective's budget. Undefined if no budget is known. */
  remaining: number | undefined;
  /** The reason that a person gave for releasing although the budget is spent. */
  override: string | undefined;
  /** Revisions that releases took back, and their bad requests: known, and not counted, or they would block their own fix. */
  takenBack?: TakenBack | undefined;
  /** True if at least one budget is spent, even if the release goes on. */
  exhausted: boolean;
}

export interface TakenBack {
  revisions: readonly string[];
  bad: number;
}

export interface GateRules {
  takenBack?: TakenBack | undefined;
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** Why the release goes on although the budget is spent. The report shows it. */
  override?: string | undefined;
}

/**
 * Decides whether a release may begin. It may not if a budget is spent, unless the rules say to warn or give a reason to
 * override. A window without a request does not block, because a new function has none.
 * @param unreadable why the counts could not be read, if so
 * @param notes about the counts of single objectives, by their id
 */
export function gateOf(
  objectives: readonly Objective[],
  windows: Readonly<Record<string, Counts | undefined>>,
  rules: GateRules,
  unreadable?: string,
  notes: Readonly<Record<string, string>> = {},
): Gate {
  const rows = objectives.map((objective): GateObjective => {
    const limit = limitOf(objective);
    const window = windows[objective.id];
    const note = notes[objective.id];
    return {
      ...{ objective, limit, window, budget: window ? budgetOf(window, limit) : undefined },
      ...(note === undefined ? {} : { note }),
    };
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
  const { takenBack } = rules;
  const left = takenBack
    ? ` The ${countText(takenBack.bad)} bad requests of ${takenBack.revisions.join(', ')} do not count, because a release took ${takenBack.revisions.length > 1 ? 'them' : 'it'} back.`
    : '';
  const base = {
    objectives: rows,
    remaining,
    override: exhausted ? rules.override : undefined,
    exhausted,
    ...(takenBack ? { takenBack } : {}),
  };
  if (unreadable !== undefined)
    return { ...base, verdict: 'inconclusive', reason: `The error budget is unknown: ${unreadable}` };
  const unknown = rows.find(({ note, window }) => note !== undefined && window === undefined);
  if ((!worst || remaining === undefined) && unknown)
    return {
      ...base,
      verdict: 'pass',
      reason: `The error budget of "${objectiveTitle(unknown.objective)}" is not known: ${unknown.note}${left}`,
    };
  if (!worst || remaining === undefined)
    return {
      ...base,
      verdict: 'pass',
      reason: `There was no request in the last ${span}, so there is no budget to spend yet.${left}`,
    };
  if (!exhausted)
    return {
      ...base,
      verdict: 'pass',
      reason: `${percentText(remaining)} of the error budget of ${span} remains.${left}`,
    };
  const spent = `The error budget of ${span} is spent: ${countText(worst.budget?.spent ?? 0)} of ${countText(worst.window?.total ?? 0)} requests missed the objective "${objectiveTitle(worst.objective)}", and it allows only ${countText(worst.budget?.allowed ?? 0)}.`;
  if (rules.override !== undefined)
    return {
      ...base,
      verdict: 'pass',
      reason: `${spent} Released anyway, because budget_override is set: ${rules.override}`,
    };
  if (rules.onExhausted === 'warn')
    return {
      ...base,
      verdict: 'pass',
      reason: `${spent} The release goes on, because on_exhausted is warn.`,
    };
  return { ...base, verdict: 'fail', reason: `${spent} Nothing was deployed.` };
}

function elapsedDays(seconds: number): string {
  const days = seconds / 86_400;
  return days >= 1 ? `${Number(days.toFixed(1))} d` : elapsedText(seconds);
}
