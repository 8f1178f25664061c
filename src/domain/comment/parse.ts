import { isObject, listOf, textOf, textOrEmpty } from '../data/json.ts';
import { commentMark } from '../product.ts';
import { type CommentContent, emptyContent, type SeenCommit } from './merge.ts';
import type { Section } from './section.ts';

/** The hidden lines of the comment. Each is a line of its own, so no text inside another line is taken for one. */
const opening = `<!-- ${commentMark}`;
export const endMark = `${opening}/end -->`;

/** Data in a hidden line. Nothing in it ends the line's comment, or is a mention or a tag. */
const packed = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[-<>&@#]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const markOf = (name: string, value: unknown) => `${opening}/${name} ${packed(value)} -->`;

function valueIn(name: string, line: string): Record<string, unknown> | undefined {
  const start = `${opening}/${name} `;
  if (!line.startsWith(start) || !line.endsWith(' -->')) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(start.length, -4));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first line of the comment. */
export const topMark = (commits: readonly SeenCommit[]): string => markOf('v1', { commits });

export const sectionMark = ({ body: _, ...rest }: Section): string => markOf('section', rest);

/** Is this text one of our comments? A quotation of one is not, because ours begin with the mark. */
export const isOurText = (text: string): boolean => text.startsWith(`${opening}/v1 `);

/** A text in which no line is taken for one of the comment's own. */
export const withoutMarks = (text: string): string =>
  text.replaceAll(opening, `<! -- ${commentMark}`).replace(/^\n+|\s+$/g, '');

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const states: readonly string[] = ['pass', 'fail', 'inconclusive', 'plan'] satisfies Section['state'][];
const isState = (value: unknown): value is Section['state'] => states.includes(String(value));

function sectionOf(value: Record<string, unknown>, body: string): Section | undefined {
  const { state } = value;
  const run = isObject(value.run) ? value.run : {};
  const [id, attempt] = [numberOf(run.id), numberOf(run.attempt)];
  const [key = '', writer = '', title = '', job = ''] = [value.key, value.writer, value.title, value.job].map(
    textOrEmpty,
  );
  const [commit = '', page = '', line = ''] = [value.commit, value.page, value.line].map(textOrEmpty);
  if (id === undefined || attempt === undefined || !isState(state) || key === '' || commit === '')
    return undefined;
  return { key, writer, title, job, state, run: { id, attempt }, commit, page, line, body };
}

const commitOf = (value: unknown): SeenCommit[] => {
  if (!isObject(value)) return [];
  const [commit, run] = [textOf(value.commit), numberOf(value.run)];
  return commit && run !== undefined ? [{ commit, run }] : [];
};

/** What a comment of ours holds. A section that somebody has broken by hand is left out; its step writes it again. */
export function parseComment(text: string): CommentContent {
  if (!isOurText(text)) return emptyContent;
  const lines = text.split(/\r?\n/);
  const commits = listOf(valueIn('v1', lines[0] ?? '')?.commits).flatMap(commitOf);
  const sections: Section[] = [];
  for (let at = 1; at < lines.length; at++) {
    const found = valueIn('section', lines[at] ?? '');
    if (!found) continue;
    const end = lines.indexOf(endMark, at);
    // Between the mark and the body are the line that folds and an empty one, behind the body the line that ends the fold.
    const inner = end < 0 ? [] : lines.slice(at + 2, end - 1);
    const section = end < 0 ? undefined : sectionOf(found, withoutMarks(inner.join('\n')));
    if (section) sections.push(section);
    if (end > at) at = end;
  }
  return { sections, commits };
}
