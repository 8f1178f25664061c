import type { Report } from '../report/report.ts';
import { codeSpan, markdownText } from '../report/safe-text.ts';

interface LoginEvidence {
  provider?: string;
  principal?: string;
  principal_assumed?: boolean;
  expires_at?: string;
  claims?: Record<string, string>;
  commands?: string[];
}

const severityIcons = { critical: '🟥', high: '🟥', medium: '🟨', low: '🟦', info: '⬜' } as const;

/** Who the run is, what it was let in as, and what the doctor found; the claims are open only after a failure. */
export function loginSection(report: Report): string[] {
  const login = report.evidence.login as LoginEvidence | undefined;
  if (!login) return [];
  const lines: string[] = [];
  // The head of a release shows the command of the error as one to paste.
  const said = report.evidence.release === undefined ? [] : report.errors.map(({ fix }) => fix ?? '');
  const all = login.commands ?? [];
  const more = all.filter((command) => !said.some((fix) => fix.includes(command)));
  const title = more.length < all.length ? '### More to look at' : '### To repair it';
  if (more.length > 0) lines.push(title, '', '```shell', ...more.map(plain), '```', '');
  if (report.findings.length > 0) lines.push(...findingLines(report));
  if (login.principal)
    lines.push(
      '| Logged in as | until |',
      '|---|---|',
      `| ${codeSpan(login.principal)}${login.principal_assumed ? ' (told from `sub`; the provider could not be read)' : ''} | ${markdownText(login.expires_at ?? '')} |`,
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
  const lines = ["### The doctor's findings", '', '| | what | next |', '|---|---|---|'];
  for (const finding of report.findings.slice(0, 40))
    lines.push(
      `| ${severityIcons[finding.severity]} ${finding.severity} | **${markdownText(finding.title)}** ${markdownText(finding.why ?? '')} | ${finding.fix ? codeSpan(finding.fix, 600) : ''} |`,
    );
  return [...lines, ''];
}

/** One line that cannot close the fence around it. */
const plain = (command: string) => command.replace(/[\r\n]+/g, ' ').replace(/`{3,}/g, '``');
