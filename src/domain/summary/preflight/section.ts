import type { CheckRow, PreflightEvidence } from '../../preflight/row.ts';
import { needText, remedyText } from '../../preflight/text.ts';
import { markdownText } from '../../text/safe-text.ts';
import { capital } from '../../text/sentence.ts';
import { collapsed } from '../collapsed.ts';

const icons = { stop: '❌', warn: '⚠️', note: '○' } as const;

/** The list of what is missing, and what could not be tried. Open if it ended the run; empty if nothing is missing. */
export function preflightLines(evidence: PreflightEvidence | undefined, ended: boolean): string[] {
  if (!evidence) return [];
  const order = { stop: 0, warn: 1, note: 2 } as const;
  const missing = evidence.rows
    .filter(({ state, weight }) => state === 'missing' && weight !== 'note')
    .sort((a, b) => order[a.weight] - order[b.weight]);
  const unknown = evidence.rows.filter(({ state, weight }) => state === 'unknown' && weight === 'stop');
  if (missing.length + unknown.length === 0) return [];
  const row = (check: CheckRow, icon: string) =>
    `| ${icon} | ${markdownText(capital(needText(check.need, evidence)), 400)} | ${check.stage} | ${markdownText(remedyText(check.need) ?? '', 500)} |`;
  const lines = [
    '| | missing | needed for | |',
    '|:--|:--|:--|:--|',
    ...missing.map((check) => row(check, icons[check.weight])),
    ...unknown.map((check) => row(check, '?')),
    '',
  ];
  const title = missing.length > 0 ? 'What is missing' : 'What could not be tried';
  return ended ? [`### ${title}`, '', ...lines] : collapsed(`⚠️ Preflight: ${title.toLowerCase()}`, lines);
}
