import { badWords } from '../../slo/objective.ts';
import { countText } from '../../text/numbers.ts';
import { codeSpan } from '../../text/safe-text.ts';
import { clientErrorsId } from '../../watch/clients/cells.ts';
import type { WatchFacts } from '../../watch/evidence.ts';
import { type FailureKind, kindTexts, mainKind, totalOf } from '../../watch/failures.ts';

/** The kinds of failure under one objective, most frequent first, over all canary steps. Empty if the source cannot say. */
export function failuresOf({ failures }: WatchFacts, objective: string): FailureKind[] {
  const kinds = new Map<string, number>();
  for (const kind of Array.isArray(failures) ? failures : [])
    if (kind?.objective === objective && typeof kind.what === 'string' && kind.count > 0)
      kinds.set(kind.what, (kinds.get(kind.what) ?? 0) + kind.count);
  return [...kinds].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count);
}

/** "`HTTP 500 on POST /v1/ocr` is 34 of the 37 failures": what to look at first. Undefined if nothing stands out. */
export function mainFailure(facts: WatchFacts): string | undefined {
  if (facts.clients?.decided) return mainClientError(facts);
  const at = facts.tests.find(({ failed }) => failed) ?? facts.tests[0];
  if (at?.stream !== 'users') return undefined;
  const { kind, id } = at.objective;
  const kinds = failuresOf(facts, id);
  const [first] = kinds;
  const total = totalOf(kinds);
  if (!first || first.count * 2 < total) return undefined;
  const { many: all, was } = badWords[kind];
  if (first.count === total)
    return total === 1
      ? `The one that ${was} is ${codeSpan(first.what)}`
      : `All ${countText(total)} ${all} are ${codeSpan(first.what)}`;
  return `${codeSpan(first.what)} is ${countText(first.count)} of the ${countText(total)} ${all}`;
}

/** The same for 4xx, if those decided. */
function mainClientError(facts: WatchFacts): string {
  const kinds = failuresOf(facts, clientErrorsId);
  const what = mainKind(kinds);
  const first = kinds.find((kind) => kind.what === what);
  const most = first
    ? `${codeSpan(first.what)} is ${countText(first.count)} of the ${countText(totalOf(kinds))} answers of 4xx. `
    : '';
  return `${most}If callers are meant to get these answers, set \`client_errors: ignore\``;
}

/** The line about failures below the table of one objective. */
export function failuresLine(facts: WatchFacts, test: number): string[] {
  const at = facts.tests[test];
  const kinds = at?.stream === 'users' ? failuresOf(facts, at.objective.id) : [];
  if (kinds.length === 0) return [];
  const shown = kindTexts(kinds, 5, (what) => codeSpan(what));
  const bad = badWords[at?.objective.kind ?? 'availability'].was;
  return [`What ${bad} on the new revision: ${shown.join(' · ')}`, ''];
}
