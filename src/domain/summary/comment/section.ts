import { restNote } from '../../comment/compose.ts';
import { withoutMarks } from '../../comment/parse.ts';
import type { Section } from '../../comment/section.ts';
import { detailsOf, type View } from '../../report/render.ts';
import type { ActionName, Report } from '../../report/report.ts';
import { verdictWord } from '../../report/words.ts';
import { cutMarkdown } from '../../text/cut-markdown.ts';
import { mapProse } from '../../text/fences.ts';
import { quietMarkdown } from '../../text/quiet-markdown.ts';
import { logText } from '../../text/safe-text.ts';

/** Three long sections fit into a comment before any of them is cut further. */
const mostBody = 20_000;

const planned = ({ inputs }: Report) => String(inputs.dry_run).toLowerCase() === 'true';

/** What the section of an action is about, if the user gave it no title. */
export function titleOf(report: Report): string {
  const { target, inputs } = report;
  const name = target.name ?? (typeof inputs.name === 'string' ? inputs.name : undefined);
  const about = (what: string, word: string) => (name === undefined ? what : `${what} ${word} ${name}`);
  const words: Partial<Record<ActionName, string>> = {
    check: 'Files',
    'smoke-test': about('Smoke test', 'of'),
    guard: about('Exposure', 'of'),
    deploy: planned(report) ? about('Plan', 'for') : about('Deploy', 'of'),
    release: planned(report) ? about('Plan', 'for') : about('Release', 'of'),
  };
  return words[report.action] ?? report.action;
}

const stateOf = (report: Report): Section['state'] => {
  if (report.errors.length > 0) return 'fail';
  return report.verdict === 'pass' && planned(report) ? 'plan' : report.verdict;
};

/** Headings of a summary would be larger than the line above them. */
const lowered = (markdown: string) => mapProse(markdown, (line) => line.replace(/^#{1,3} (?=\S)/, '#### '));

/** The section of a report. Report and view must have been redacted. */
export function sectionOf<Name extends ActionName>(
  report: Report<Name>,
  view: View<Name> | undefined,
  of: Omit<Section, 'title' | 'state' | 'line' | 'body'> & { title: string | undefined },
): Section {
  const line = logText(report.reason || `${verdictWord(report)}.`, 240);
  const body = quietMarkdown(lowered(detailsOf(report, view)));
  return {
    ...of,
    title: logText(of.title ?? titleOf(report), 100),
    state: stateOf(report),
    line,
    body: withoutMarks(cutMarkdown(withoutMarks(body), mostBody, restNote(of))),
  };
}
