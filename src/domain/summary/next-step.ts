import type { Finding } from '../findings/finding.ts';
import { commandLines } from '../text/command-block.ts';
import { markdownText } from '../text/safe-text.ts';

/** What to do about a finding, as the lines below its list item. Empty if the finding names nothing to do. */
export function nextStepLines({ fix, commands }: Pick<Finding, 'fix' | 'commands'>): string[] {
  const block = commandLines(commands, '  ');
  // Without the empty line after the block, the next list item would belong to it in some renderers.
  return [
    ...(fix ? [`  **Next:** ${markdownText(fix, 1000)}`] : []),
    ...block,
    ...(block.length > 0 ? [''] : []),
  ];
}
