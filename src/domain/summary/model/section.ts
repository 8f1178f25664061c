import type { AgreeRow } from '../../model/agree.ts';
import type { HistoryRow } from '../../model/history.ts';
import { shortDigest } from '../../model/model.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const icons: Record<AgreeRow['is'], string> = { agrees: '✅', differs: '❌', unknown: '➖' };
const words: Record<HistoryRow['state'], string> = {
  serves: '✅ serves',
  served: 'has served',
  refused: '↩️ taken back',
  made: 'made',
};

const minute = (time: string | undefined): string =>
  time === undefined ? '-' : markdownText(time.slice(0, 16).replace('T', ' '), 20);

/** A tag says when a version served. Without one, only the making of its revision is known. */
function historyTable(rows: readonly HistoryRow[], omitted: number | undefined): string[] {
  if (rows.length === 0) return [];
  return [
    '| version | revision | from (UTC) | until | | released by |',
    '|:--|:--|:--|:--|:--|:--|',
    ...rows.map(({ version, reference, revision, from, until, made, state, commit, run }) => {
      const since = from === undefined ? `made ${minute(made)}` : minute(from);
      const by = [commit?.slice(0, 7), run]
        .filter((text) => text !== undefined)
        .map((text) => codeSpan(text));
      const which = version ?? reference;
      return `| ${which === undefined ? '-' : codeSpan(which)} | ${codeSpan(revision)} | ${since} | ${minute(until)} | ${words[state]} | ${by.join(' ') || '-'} |`;
    }),
    ...(omitted ? ['', `Older entries that are left out: ${omitted}.`] : []),
    '',
  ];
}

function modelSection({ evidence: { model }, findings }: Report<'model'>): string[] {
  if (!model) return [];
  const { resolved, agreement = [], history = [], omitted } = model;
  const facts = resolved
    ? [
        `- Model: ${codeSpan(resolved.reference, 400)}`,
        `- Files: ${codeSpan(resolved.uri, 400)}${resolved.digest === undefined ? ', which cannot be seen from here' : ` (${codeSpan(shortDigest(resolved.digest))})`}`,
        '',
      ]
    : [];
  const table =
    agreement.length === 0
      ? []
      : [
          '| | | |',
          '|:--|:--|:--|',
          ...agreement.map(({ what, is, says }) => `| ${icons[is]} | ${what} | ${markdownText(says, 500)} |`),
          '',
        ];
  const told = findings.flatMap((finding) => [
    `- **${markdownText(finding.title, 400)}** ${markdownText(finding.why ?? '', 800)}`,
    ...nextStepLines(finding),
  ]);
  return [facts, table, historyTable(history, omitted), told.length > 0 ? [...told, ''] : []]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'));
}

export const modelView: View<'model'> = { sections: [modelSection] };
