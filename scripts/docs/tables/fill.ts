/** Replaces the text between `<!-- part:begin -->` and `<!-- part:end -->` of a page. */
export function fillPage(text: string, part: string, content: string): string {
  const [begin, end] = [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no place for ${part}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

/**
 * Replaces the lines between `# part:begin` and `# part:end` of a YAML file, with the indent of the mark. A file without
 * the marks stays as it is.
 */
export function fillLines(text: string, part: string, content: readonly string[]): string {
  const marks = new RegExp(`^( *)# ${part}:begin\\b.*\\n[\\s\\S]*?^ *# ${part}:end$`, 'm');
  return text.replace(marks, (whole, indent: string) => {
    const begin = whole.slice(0, whole.indexOf('\n'));
    const lines = content.map((line) => (line === '' ? '' : `${indent}${line}`));
    return [begin, ...lines, `${indent}# ${part}:end`].join('\n');
  });
}

/** The text between the two marks of a page. */
export const filledPart = (text: string, part: string): string =>
  text.split(`<!-- ${part}:begin -->\n`)[1]?.split(`<!-- ${part}:end -->`)[0]?.trimEnd() ?? '';
