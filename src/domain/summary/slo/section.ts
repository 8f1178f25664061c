import type { SloEvidence } from '../../alerting/evidence.ts';
import { windowText } from '../../alerting/window.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { percentText } from '../../text/numbers.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { nextStepLines } from '../next-step.ts';

const icons = { nothing: '=', create: '+', update: '~', delete: '-', stale: '?', foreign: '❌' } as const;

/** What each objective alerts on, in words that need no knowledge of burn rates. */
function objectiveLines({ objectives, window_seconds: window }: SloEvidence): string[] {
  return [
    '| objective | allowed to fail | pages after a full outage of | alerts |',
    '|:--|--:|--:|:--|',
    ...objectives.map(({ title, limit, paged_after_seconds: paged, pairs }) => {
      const alerts = pairs.map(
        ({ urgency, factor, longSeconds, shortSeconds }) =>
          `${urgency} at ${factor}× over ${windowText(longSeconds)} and ${windowText(shortSeconds)}`,
      );
      return `| ${markdownText(title, 200)} | ${percentText(limit)} of ${windowText(window)} | ${paged === undefined ? '-' : spanText(paged)} | ${alerts.join('<br>') || '-'} |`;
    }),
    '',
  ];
}

function changeLines({ changes }: SloEvidence): string[] {
  const different = changes.filter(({ does }) => does !== 'nothing');
  if (different.length === 0) return [];
  return [
    '| | what | field | there | from the file |',
    '|:--|:--|:--|:--|:--|',
    ...different.slice(0, 60).flatMap(({ kind, name, does, fields }) => {
      const what = `| ${icons[does]} | ${kind} ${codeSpan(name)}`;
      if (fields.length === 0) return [`${what} | | | |`];
      return fields
        .slice(0, 30)
        .map(
          ({ field, from, to }) =>
            `${what} | ${codeSpan(field)} | ${from === undefined ? '-' : codeSpan(from)} | ${to === undefined ? '-' : codeSpan(to)} |`,
        );
    }),
    '',
  ];
}

function sloSection({ evidence, findings }: Report<'slo'>): string[] {
  if (!evidence.slo) return [];
  const told = findings
    .filter(({ rule }) => rule !== 'slo-drift')
    .flatMap((finding) => [`- ${markdownText(finding.title, 600)}`, ...nextStepLines(finding)]);
  return [
    changeLines(evidence.slo).join('\n'),
    objectiveLines(evidence.slo).join('\n'),
    ...(told.length > 0 ? [[...told, ''].join('\n')] : []),
  ];
}

export const sloView: View<'slo'> = { sections: [sloSection] };
