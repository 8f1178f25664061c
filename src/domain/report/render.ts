import { basisSentences } from '../basis/sentences.ts';
import { commandLines } from '../text/command-block.ts';
import { cutMarkdown } from '../text/cut-markdown.ts';
import { linkedText } from '../text/linked-text.ts';
import { markdownText, proseText } from '../text/safe-text.ts';
import { inputProblemText } from './input-problem.ts';
import type { ActionName, ErrorRecord, Report } from './report.ts';
import { verdictWord } from './words.ts';

/** How an action's report becomes a job summary. An action returns its view with its report; the runner renders. */
export interface View<Name extends ActionName = ActionName> {
  /** Replaces the usual headline, reason and errors, unless it returns undefined. */
  head?: ((report: Report<Name>) => string[] | undefined) | undefined;
  /** The parts below the head, in order. Each returns blocks of Markdown; a summary that is too long is cut between blocks. */
  sections?: readonly ((report: Report<Name>) => string[])[] | undefined;
}

const icons = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

/** GitHub drops a summary above 1 MiB; bytes, since Hangul takes three each. */
const mostSummaryBytes = 900 * 1024;
const cutNote = '_The rest is in the report file: this summary would be larger than GitHub shows._';

/** The job summary: verdict first, failures open, successes collapsed. */
export function summaryOf<Name extends ActionName>(report: Report<Name>, view: View<Name> = {}): string {
  const head = view.head?.(report) ?? [headline(report), '', ...reasonLines(report), ...errorLines(report)];
  const sections = (view.sections ?? []).flatMap((section) => section(report));
  return cutMarkdown(
    [head.join('\n'), ...sections, ...restsOn(report), ...commentLines(report), ''].join('\n'),
    mostSummaryBytes,
    cutNote,
    Buffer.byteLength,
  );
}

/** The summary without its headline and its reason, for a place that shows both already. */
export function detailsOf<Name extends ActionName>(report: Report<Name>, view: View<Name> = {}): string {
  const head = view.head?.(report)?.slice(1) ?? errorLines(report);
  const sections = (view.sections ?? []).flatMap((section) => section(report));
  return [head.join('\n'), ...sections, ...restsOn(report)].join('\n').trim();
}

/** What the verdict relies on, unless it is Google Cloud alone. */
function restsOn({ rests_on: basis }: Report): string[] {
  if (!basis) return [];
  const lines = basisSentences(basis).map((text) => `- ${markdownText(text, 500)}`);
  return [['### What this verdict rests on', '', ...lines, ''].join('\n')];
}

function headline(report: Report): string {
  const icon = report.errors.length > 0 ? '❌' : icons[report.verdict];
  const subject = report.target.name ? `: \`${report.target.name}\`` : '';
  return `## ${icon} ${verdictWord(report)}${subject}`;
}

/** Several wrong inputs, one in a line. */
function problemsOf({ evidence: { problems } }: Report): string[] | undefined {
  return problems && problems.length > 1 ? problems.map(inputProblemText) : undefined;
}

/** An error repeats the reason and adds why and fix, so the reason need not appear twice. */
function reasonLines(report: Report): string[] {
  if (problemsOf(report) || report.errors.some((error) => error.what === report.reason)) return [];
  return [markdownText(report.reason, 2000), ''];
}

export function errorLines(report: Report): string[] {
  const lines: string[] = [];
  const listed = problemsOf(report);
  for (const error of report.errors) {
    lines.push('> [!CAUTION]', `> **${markdownText(listed ? report.reason : error.what, 2000)}**`);
    if (listed) lines.push('>', ...listed.slice(0, 50).map((text) => `> - ${markdownText(text)}`));
    if (error.why) lines.push(`> ${linkedText(error.why, 2000)}`);
    if (error.fix) lines.push('>', `> **Next:** ${linkedText(error.fix, 2000)}`);
    lines.push(...commandLines(error.commands, '> '));
    if (error.page) lines.push('>', `> ${pageLink(error)}`);
    if (error.cause) lines.push('>', `> <sub>${markdownText(error.cause, 1000)}</sub>`);
    lines.push('');
  }
  return lines;
}

/** Where the result stands on the pull request, or why it does not. */
function commentLines({ comment }: Report): string[] {
  if (comment === undefined) return [];
  if (comment.state === 'written' && comment.url !== undefined && /^https?:\/\/[\w.:/#-]+$/.test(comment.url))
    return [`<sub>Also in [the comment on the pull request](${comment.url}).</sub>`, ''];
  // That a run has no pull request is no news.
  if (comment.why === undefined || comment.state !== 'refused') return [];
  return [
    `No comment was written on the pull request: ${[comment.why, comment.fix].flatMap((text) => (text ? [proseText(text, 600)] : [])).join(' ')}`,
    '',
  ];
}

/** The page that explains an error. It stands behind the commands, in a paragraph of its own. */
export const pageLink = ({ row, code, page }: Pick<ErrorRecord, 'row' | 'code' | 'page'>): string =>
  `<sub>[More about ${row ?? code}](${page})</sub>`;
