import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { commandLines } from '../../text/command-block.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const severityIcons = { critical: '🟥', high: '🟥', medium: '🟨', low: '🟦', info: '⬜' } as const;

/** Who the run is for Google Cloud, and what the doctor found. The claims are unfolded only after a failure. */
export function loginSection(report: Report): string[] {
  const { login } = report.evidence;
  if (!login) return [];
  const lines: string[] = [];
  const all = login.commands ?? [];
  // The head of the summary already shows the commands of the errors.
  const shown = report.errors.flatMap(({ commands = [] }) => commands);
  const more = all.filter((command) => !shown.includes(command));
  const title = more.length < all.length ? '### More to look at' : '### How to repair it';
  if (more.length > 0) lines.push(title, ...commandLines(more), '');
  if (report.findings.length > 0) lines.push(...findingLines(report));
  if (login.principal)
    lines.push(
      '| Logged in as | until |',
      '|---|---|',
      `| ${codeSpan(login.principal)}${login.principal_assumed ? ' (derived from `sub`, because the provider could not be read)' : ''} | ${markdownText(login.expires_at ?? '')} |`,
      '',
    );
  const claims = Object.entries(login.claims ?? {});
  if (claims.length === 0) return [lines.join('\n')];
  const open = report.errors.length > 0 ? ' open' : '';
  lines.push(
    `<details${open}><summary>Claims of this run's token (${claims.length})</summary>`,
    '',
    '| claim | value |',
    '|---|---|',
  );
  for (const [name, value] of claims) lines.push(`| ${codeSpan(name)} | ${codeSpan(value, 300)} |`);
  if (login.provider) lines.push('', `Provider ${codeSpan(login.provider)}`);
  lines.push('', '</details>', '');
  return [lines.join('\n')];
}

function findingLines(report: Report): string[] {
  const lines = ["### The doctor's findings", ''];
  for (const finding of report.findings.slice(0, 40))
    lines.push(
      `- ${severityIcons[finding.severity]} ${finding.severity}: **${markdownText(finding.title)}** ${markdownText(finding.why ?? '')}`,
      ...nextStepLines(finding),
    );
  return [...lines, ''];
}

export const authView: View<'auth'> = { sections: [loginSection] };
