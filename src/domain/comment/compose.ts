import { product } from '../product.ts';
import { cutMarkdown } from '../text/cut-markdown.ts';
import { quietMarkdown } from '../text/quiet-markdown.ts';
import { markdownText } from '../text/safe-text.ts';
import { type CommentContent, newestCommit } from './merge.ts';
import { endMark, sectionMark, topMark, withoutMarks } from './parse.ts';
import { isTrouble, type Section } from './section.ts';

/** GitHub refuses a longer comment (422, "body is too long (maximum is 65536 characters)"). */
export const mostCharacters = 65_536;

const icons = { pass: '✅', fail: '❌', inconclusive: '⚠️', plan: '📝' } as const;
const order = ['fail', 'inconclusive', 'plan', 'pass'];

/** Trouble first, then what would change, then what is well. */
const sorted = (sections: readonly Section[]): Section[] =>
  [...sections].sort(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) ||
      a.title.localeCompare(b.title, 'en') ||
      a.key.localeCompare(b.key, 'en'),
  );

/** The link under a text that was cut, and the only body of one that has no room. */
export const restNote = ({ page }: Pick<Section, 'page'>): string =>
  /^https?:\/\/[\w.:/-]+$/.test(page)
    ? `_The rest is in [the summary of the run](${page})._`
    : '_The rest is in the summary of the run._';

function sectionLines(section: Section, all: readonly Section[], open: boolean): string[] {
  const same = all.filter(({ title }) => title === section.title).length > 1;
  const name = same ? `${section.title} (${section.job})` : section.title;
  const shown = (text: string) => quietMarkdown(markdownText(text, 300));
  return [
    sectionMark(section),
    `<details${open ? ' open' : ''}><summary>${icons[section.state]} <b>${shown(name)}</b>: ${shown(section.line)}</summary>`,
    '',
    ...(section.body === '' ? [] : [section.body, '']),
    '</details>',
    endMark,
  ];
}

function headline(current: readonly Section[]): string {
  const trouble = current.filter(isTrouble).length;
  if (trouble === 0) return `### ✅ ${product}: all clear`;
  const icon = current.some(({ state }) => state === 'fail') ? '❌' : '⚠️';
  return `### ${icon} ${product}: ${trouble} of ${current.length} ${trouble === 1 ? 'needs' : 'need'} a look`;
}

function drawn({ sections, commits }: CommentContent, dropped: number): string {
  const newest = newestCommit({ sections, commits });
  const current = sorted(sections.filter(({ commit }) => commit === newest));
  const earlier = sorted(sections.filter(({ commit }) => commit !== newest));
  const short = (newest ?? '').slice(0, 7);
  const lines = [
    topMark(commits),
    headline(current),
    '',
    ...current.flatMap((section) => sectionLines(section, current, isTrouble(section))),
  ];
  if (earlier.length > 0)
    lines.push(
      '',
      `Not renewed for commit ${short} yet:`,
      '',
      ...earlier.flatMap((section) => sectionLines(section, earlier, false)),
    );
  if (dropped > 0) lines.push('', `_${dropped} more ${dropped === 1 ? 'has' : 'have'} no room here._`);
  lines.push('', `<sub>Commit ${short}. Every run brings this comment up to date.</sub>`);
  return lines.join('\n');
}

/** The comment, within GitHub's limit: the longest section is cut first, and then the last ones go. */
export function composeComment(content: CommentContent, most: number = mostCharacters): string {
  let sections = sorted(content.sections).map((one) => ({ ...one, body: withoutMarks(one.body) }));
  const newest = newestCommit(content);
  for (let dropped = 0; ; ) {
    const text = drawn({ ...content, sections }, dropped);
    if (text.length <= most) return text;
    const longest = sections.reduce(
      (a, b) => (b.body.length > a.body.length ? b : a),
      sections[0] as Section,
    );
    const note = restNote(longest);
    if (sections.length > 0 && longest.body.length > note.length) {
      const room = Math.max(note.length, Math.floor(longest.body.length * 0.7));
      const body = withoutMarks(cutMarkdown(longest.body, room, note));
      sections = sections.map((one) =>
        one === longest ? { ...one, body: body.length < longest.body.length ? body : note } : one,
      );
    } else if (sections.length > 1) {
      // Those of earlier commits go first, then what is well.
      const last = [...sections].reverse().find(({ commit }) => commit !== newest) ?? sections.at(-1);
      sections = sections.filter((one) => one !== last);
      dropped++;
    } else return text.slice(0, most);
  }
}
