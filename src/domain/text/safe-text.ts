/**
 * Text from remote servers and from images is hostile: it may hold workflow commands, escapes, bidirectional controls or
 * markup.
 * `::cmd::` acts at the start of a line, `##[cmd]` anywhere in one (actions/runner ActionCommand.cs).
 */

/**
 * Characters that a reader does not see: they can hide text from people that programs read (tags, variation selectors beyond the first
 * sixteen), or change the order in which text is shown. The first sixteen variation selectors stay, because emoji need them.
 */
const invisible =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\u034f/gu;

/** Text without characters that a reader does not see, which could stand within a word that a pattern looks for. */
export const withoutInvisible = (text: string): string => text.replace(invisible, '');

/** One line for the log: no control characters, no workflow command, at most `maxLength` characters. */
export function logText(text: string, maxLength = 2000): string {
  const flat = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(invisible, '')
    .replace(/##\[/g, '# #[')
    .replace(/:(?=:)/g, ': ');
  return flat.length > maxLength ? `${flat.slice(0, maxLength - 1)}…` : flat;
}

/** Plain Markdown text, in or out of a table cell: markup, mentions and links lose their meaning. */
export function markdownText(text: string, maxLength = 500): string {
  return (
    logText(text, maxLength)
      .replace(/: (?=:)/g, ':')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]()#|!~]/g, (char) => `&#${char.charCodeAt(0)};`)
      .replace(/@/g, '&#64;')
      .replace(/:\/\//g, '&#58;//')
      // GitHub links these without any scheme.
      .replace(/www\./gi, (found) => `${found.slice(0, -1)}&#46;`)
  );
}

/** A Markdown code span that no content can leave; safe in table cells. */
export function codeSpan(text: string, maxLength = 200): string {
  const flat = logText(text, maxLength)
    .replace(/: (?=:)/g, ':')
    .replace(/\|/g, '¦');
  if (flat.trim() === '') return '` `';
  const fence = '`'.repeat(Math.max(0, ...[...flat.matchAll(/`+/g)].map((run) => run[0].length)) + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** Our own sentences about hostile things: pairs of backticks stay code, all else is plain Markdown text. */
export function proseText(text: string, maxLength = 500): string {
  const parts = text.slice(0, maxLength).split('`');
  if (parts.length % 2 === 0) return markdownText(text, maxLength);
  return parts
    .map((part, i) => (i % 2 === 1 ? codeSpan(part, maxLength) : markdownText(part, maxLength)))
    .join('');
}

/** A fenced block that no content can leave. */
export function codeBlock(text: string, language = '', maxLength = 4000, maxLine = 500): string {
  const lines = text.split(/\r?\n/).map((line) => logText(line, maxLine).replace(/: (?=:)/g, ':'));
  const body = lines.join('\n').slice(0, maxLength);
  const fence = '`'.repeat(Math.max(2, ...[...body.matchAll(/`+/g)].map((run) => run[0].length)) + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}
