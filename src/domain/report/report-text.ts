import type { Report } from './report.ts';
import { logText, markdownText, proseText } from './safe-text.ts';

export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  /** The cause in a few words. */
  title: string;
  text: string;
  file?: string | undefined;
  line?: number | undefined;
}

/** Adds an action's own part to the job summary. Registered by the action, so that each lies in its own chunk. */
export type SummarySection = (report: Report) => string[];

const sections: SummarySection[] = [];

/** Called by an entry before it returns its report. */
export function useSection(section: SummarySection): void {
  if (!sections.includes(section)) sections.push(section);
}

/** Replaces the headline, the reason and the errors where it returns lines. */
export type SummaryHead = (report: Report) => string[] | undefined;
const heads: SummaryHead[] = [];

/** As `useSection`, for an action whose summary begins in its own words. */
export function useHead(head: SummaryHead): void {
  if (!heads.includes(head)) heads.push(head);
}

const icons = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

const outcomeWords: Record<NonNullable<Report['outcome']>, string> = {
  promoted: 'Released',
  rolled_back: 'Rolled back',
  rejected: 'Rejected',
  held: 'Held',
  blocked: 'Blocked',
  exposed: 'Exposed',
  smoke_failed: 'Smoke test failed',
  cancelled: 'Cancelled',
  superseded: 'Superseded',
  yielded: 'Yielded',
};

/** The verdict in one or two words, the same in the log, the summary and every comment. */
export function verdictWord(report: Report): string {
  if (report.outcome) return outcomeWords[report.outcome];
  if (report.errors.length > 0) return 'Failed';
  return report.verdict === 'pass' ? 'Passed' : report.verdict === 'fail' ? 'Failed' : 'Inconclusive';
}

export function lastLineOf(report: Report): string {
  return `${verdictWord(report)}: ${logText(report.reason || 'nothing was found out.')}`;
}

export function annotationOf(report: Report, exitCode: 0 | 1): Annotation | undefined {
  const subject = report.target.name ?? report.action;
  const title = `${subject} ${verdictWord(report).toLowerCase()}`;
  if (exitCode !== 0) {
    const error = report.errors[0];
    const text = error ? [error.what, error.why, error.fix].filter(Boolean).join(' ') : report.reason;
    return { level: 'error', title, text: logText(text, 4000) };
  }
  // One for every outcome: what serves now, and how, shows on the run's page without a click.
  const good = report.outcome !== undefined && report.verdict === 'pass';
  if (good || report.outcome === 'promoted')
    return { level: 'notice', title, text: logText(report.reason, 4000) };
  if (report.verdict === 'inconclusive')
    return { level: 'warning', title, text: logText(report.reason, 4000) };
  return undefined;
}

/** GitHub drops a summary above 1 MiB; bytes, since Hangul takes three each. */
const maxSummaryBytes = 900 * 1024;

/** The job summary: verdict first, failures open, successes collapsed. */
export function summaryOf(report: Report): string {
  const own = heads.map((head) => head(report)).find((lines) => lines !== undefined);
  const lines = own ?? defaultHead(report);
  const parts = [lines.join('\n'), ...sections.flatMap((section) => section(report))];
  return joined(parts);
}

function defaultHead(report: Report): string[] {
  const icon = report.errors.length > 0 ? '❌' : icons[report.verdict];
  const subject = report.target.name ? `: \`${report.target.name}\`` : '';
  const lines = [`## ${icon} ${verdictWord(report)}${subject}`, ''];
  const { problems } = report.evidence;
  const listed = Array.isArray(problems) && problems.length > 1 ? problems : undefined;
  // An error says it again, and more.
  if (!listed && !report.errors.some((error) => error.what === report.reason))
    lines.push(markdownText(report.reason, 2000), '');
  for (const error of report.errors) {
    lines.push('> [!CAUTION]', `> **${markdownText(listed ? report.reason : error.what, 2000)}**`);
    if (listed) lines.push('>', ...listed.slice(0, 50).map((text) => `> - ${markdownText(String(text))}`));
    if (error.why) lines.push(`> ${proseText(error.why, 2000)}`);
    if (error.fix) lines.push('>', `> **Next:** ${proseText(error.fix, 2000)}`);
    if (error.cause) lines.push('>', `> <sub>${markdownText(error.cause, 1000)}</sub>`);
    lines.push('');
  }
  return lines;
}

function joined(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) {
    if (Buffer.byteLength(text) + Buffer.byteLength(part) > maxSummaryBytes) {
      text += '\n_The rest is in the report file: this summary would be larger than GitHub shows._\n';
      break;
    }
    text += `${part}\n`;
  }
  return text;
}
