import type { CheckEvidence, CheckedFinding } from '../../check/evidence.ts';
import { checkPage } from '../../findings/catalog.ts';
import type { Finding, Severity } from '../../findings/finding.ts';
import type { View } from '../../report/render.ts';
import { codeBlock, codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const icons: Record<Severity, string> = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵', info: '⚪' };

const lineOf = (one: CheckedFinding, finding: Finding | undefined): string[] => [
  `- ${icons[one.severity]} ${codeSpan(`${one.file}:${one.line}`)} ${markdownText(finding?.title ?? '', 500)} [${one.rule}](${checkPage(one.rule)})`,
  ...nextStepLines(finding ?? {}),
];

const folded = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`<details><summary>${title}</summary>`, '', ...lines, '', '</details>', ''];

/** What the check found, as Markdown: findings that count open, everything else closed. */
export function checkLines(evidence: CheckEvidence, findings: readonly Finding[]): string[] {
  const pairs = evidence.found.map((one, index) => ({ one, finding: findings[index] }));
  const open = pairs.filter(({ one }) => one.counts);
  const rest = pairs.filter(({ one }) => !one.counts);
  const lines = open.slice(0, 30).flatMap(({ one, finding }) => lineOf(one, finding));
  if (open.length > 30) lines.push(`- ${open.length - 30} more in the report.`);
  if (lines.length > 0) lines.push('');
  if (evidence.base_problem)
    lines.push(`Every finding counts as new: ${markdownText(evidence.base_problem)}.`, '');
  for (const { file, diff } of evidence.diffs.slice(0, 10))
    lines.push(
      ...folded(`A fix for ${markdownText(file)}`, codeBlock(diff, 'diff', 20_000, 500).split('\n')),
    );
  lines.push(
    ...folded(
      `${rest.length} more to know`,
      rest.slice(0, 50).flatMap(({ one, finding }) => lineOf(one, finding)),
    ),
    ...folded(
      `${evidence.unknown.length} places that the files cannot decide`,
      evidence.unknown
        .slice(0, 50)
        .map(
          ({ rule, file, line, what }) => `- ${codeSpan(`${file}:${line}`)} ${markdownText(what)} (${rule})`,
        ),
    ),
    ...folded(
      `${evidence.silenced.length} accepted with a reason`,
      evidence.silenced
        .slice(0, 50)
        .map(
          ({ rule, file, line, reason }) =>
            `- ${codeSpan(`${file}:${line}`)} ${rule}: ${markdownText(reason)}`,
        ),
    ),
    ...folded(
      `${evidence.unread.length} files that were not read`,
      evidence.unread.slice(0, 50).map(({ file, why }) => `- ${codeSpan(file)} ${markdownText(why)}`),
    ),
  );
  if (evidence.linters.length === 0)
    lines.push(
      'This check leaves injection into scripts, caches and the syntax of workflows to [zizmor](https://docs.zizmor.sh) and [actionlint](https://github.com/rhysd/actionlint). No workflow here runs one of them.',
      '',
    );
  return lines;
}

export const checkView: View<'check'> = {
  sections: [({ evidence, findings }) => (evidence.check ? checkLines(evidence.check, findings) : [])],
};
