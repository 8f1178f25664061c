import { budgetBar } from '../../budget/budget.ts';
import type { Gate } from '../../budget/gate.ts';
import type { InvoiceFacts } from '../../budget/invoice.ts';
import { objectiveTitle } from '../../slo/objective.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { markdownText } from '../../text/safe-text.ts';

/** The budget's row in the table of facts: how much is left, and how much this release spent. */
export function budgetRow(gate: Pick<Gate, 'remaining'>, invoice?: InvoiceFacts): string {
  const dearest = [...(invoice?.items ?? [])].sort((a, b) => b.invoice.share - a.invoice.share)[0]?.invoice;
  const left = dearest?.remaining ?? gate.remaining;
  if (left === undefined) return 'not known: no request in the window';
  const parts = [`${budgetBar(left)} ${percentText(Math.max(0, left))} left`];
  if (dearest)
    parts.push(
      `this release spent ${dearest.share > 1 ? 'more than all of it' : percentText(dearest.share)}`,
    );
  if (dearest?.more !== undefined && dearest.more >= 1 && dearest.more < 1000)
    parts.push(`${countText(dearest.more)} more like it remain`);
  return parts.join(', ');
}

/** The budget gate's table: what is left of each objective's budget, what is spent, and of how many requests. */
export function budgetLines(gate: Gate): string[] {
  const rows = gate.objectives.map(({ objective, budget, window }) => {
    const left = budget
      ? `${budgetBar(budget.remaining)} ${percentText(Math.max(0, budget.remaining))}`
      : 'not known';
    const spent = budget ? `${countText(budget.spent)} of ${countText(budget.allowed)}` : '-';
    return `| ${markdownText(objectiveTitle(objective))} | ${left} | ${spent} | ${window ? countText(window.total) : '-'} |`;
  });
  const notes = gate.objectives.flatMap(({ objective, note }) =>
    note === undefined ? [] : [`- ${markdownText(`${objectiveTitle(objective)}: ${note}`)}`],
  );
  const override = gate.override ? [`Override: ${markdownText(gate.override)}`, ''] : [];
  const { takenBack: back } = gate;
  const left = back
    ? [
        `Not counted: ${countText(back.bad)} bad requests of ${markdownText(back.revisions.join(', '))}, which a release took back.`,
        '',
      ]
    : [];
  return [
    '| error budget | left | spent | requests |',
    '|:--|:--|--:|--:|',
    ...rows,
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    ...left,
    ...override,
  ];
}
