import { basisSentences } from '../basis/sentences.ts';
import { commandLines } from '../text/command-block.ts';
import { linkedText } from '../text/linked-text.ts';
import { markdownText } from '../text/safe-text.ts';
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
const maxSummaryBytes = 900 * 1024;

/** The job summary: verdict first, failures open, successes collapsed. */
export function summaryOf<Name extends ActionName>(report: Report<Name>, view: View<Name> = {}): string {
  const head = view.head?.(report) ?? defaultHead(report);
  const sections = (view.sections ?? []).flatMap((section) => section(report));
  return joined([head.join('\n'), ...sections, ...restsOn(report)]);
}

/** What the verdict relies on, unless it is Google Cloud alone. */
function restsOn({ rests_on: basis }: Report): string[] {
  if (!basis) return [];
  const lines = basisSentences(basis).map((text) => `- ${markdownText(text, 500)}`);
  return [['### What this verdict rests on', '', ...lines, ''].join('\n')];
}

function defaultHead(report: Report): string[] {
  const icon = report.errors.length > 0 ? '❌' : icons[report.verdict];
  const subject = report.target.name ? `: \`${report.target.name}\`` : '';
  const lines = [`## ${icon} ${verdictWord(report)}${subject}`, ''];
  const { problems } = report.evidence;
  const listed = problems && problems.length > 1 ? problems.map(inputProblemText) : undefined;
  // An error repeats the reason and adds why and fix, so the reason need not appear twice.
  if (!listed && !report.errors.some((error) => error.what === report.reason))
    lines.push(markdownText(report.reason, 2000), '');
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

/** The page that explains an error. It stands behind the commands, in a paragraph of its own. */
export const pageLink = ({ row, code, page }: Pick<ErrorRecord, 'row' | 'code' | 'page'>): string =>
  `<sub>[More about ${row ?? code}](${page})</sub>`;

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
