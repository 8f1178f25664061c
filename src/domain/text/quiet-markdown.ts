import { mapProse } from './fences.ts';

/**
 * GitHub looks for mentions and references in the text that a comment shows, after it has read the entities of HTML. So an entity keeps
 * nobody from being told. A space without width does. GitHub looks at no code.
 */
const space = '&#8203;';

const quietText = (text: string): string =>
  text
    .replace(/(?<![A-Za-z0-9_])(@|&#64;)(?=\S)/g, `$1${space}`)
    .replace(/&#35;(?=\d)/g, `&#35;${space}`)
    .replace(/(^|[^\w/&])#(?=\d)/g, `$1#${space}`)
    .replace(/\bGH(?=-\d)/gi, (found) => `${found}${space}`);

/** Leaves code spans, tags and the targets of links as they are. */
function quietLine(line: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const found of line.matchAll(/(?<!`)(`+)(?!`)(?:.*?[^`])?\1(?!`)|\]\([^)\s]*\)|<[^>]*>/g)) {
    parts.push(quietText(line.slice(at, found.index)), found[0]);
    at = found.index + found[0].length;
  }
  return parts.join('') + quietText(line.slice(at));
}

/** Markdown for a comment: nobody is told, and no issue is linked, because of a name or a text that it shows. */
export const quietMarkdown = (markdown: string): string => mapProse(markdown, quietLine);
