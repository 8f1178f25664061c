import { codeBlock } from './safe-text.ts';

/**
 * Commands as a fenced block, below a paragraph that introduces them. Empty if there are none.
 * @param prefix what every line begins with: `> ` inside a quotation, two spaces inside a list item
 */
export function commandLines(commands: readonly string[] | undefined, prefix = ''): string[] {
  if (!commands?.length) return [];
  const block = codeBlock(commands.join('\n'), 'sh', 20_000, 4000).split('\n');
  return ['', ...block].map((line) => `${prefix}${line}`.trimEnd());
}
