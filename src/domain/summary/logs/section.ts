import { type LogsEvidence, linesOf } from '../../logs/evidence.ts';
import { aboutText, hiddenText, lineText, newErrorsText, unreadableText } from '../../logs/text.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { commandLines } from '../../text/command-block.ts';
import { linkedText } from '../../text/linked-text.ts';
import { codeBlock, codeSpan, markdownText } from '../../text/safe-text.ts';

const linkTo = (logs: LogsEvidence): string => linkedText(`The whole log: ${logs.link}.`, 1000);

/** What the log of the service says about a failure. */
export function logsSection({ evidence: { logs } }: Report): string[] {
  if (logs === undefined) return [];
  const unreadable = unreadableText(logs);
  const lines = linesOf(logs);
  if (unreadable !== undefined)
    return [
      ['', markdownText(unreadable, 1500), ...commandLines(logs.commands), '', linkTo(logs), ''].join('\n'),
    ];
  if (lines.length === 0)
    return [
      [
        '',
        `The log of ${codeSpan(aboutText(logs))} has no entry that explains this. ${linkTo(logs)}`,
        '',
      ].join('\n'),
    ];
  const notes = [logs.supply, newErrorsText(logs), hiddenText(logs)].filter((text) => text !== undefined);
  return [
    [
      '',
      `### What the log of ${codeSpan(aboutText(logs))} says`,
      '',
      codeBlock(lines.map(lineText).join('\n'), '', 40_000, 700),
      '',
      ...notes.flatMap((text) => [markdownText(text, 1000), '']),
      linkTo(logs),
      '',
    ].join('\n'),
  ];
}

export const logsView: View<'logs'> = { sections: [logsSection] };
