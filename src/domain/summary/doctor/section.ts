import { shortName } from '../../data/resource-name.ts';
import { partNames } from '../../doctor/check.ts';
import { type FurtherRow, furtherSummary } from '../../doctor/further.ts';
import { columns, type MatrixRow } from '../../doctor/matrix.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { collapsed } from '../collapsed.ts';
import { nextStepLines } from '../next-step.ts';

const icons = { ok: '✅', warn: '⚠️', bad: '❌', unknown: '❔', skipped: '➖' } as const;
const states = { ok: '✓', missing: '✗', unknown: '?' } as const;

/** The parts, then what to do, then the table of permissions. */
function doctorSection(report: Report<'doctor'>): string[] {
  const { doctor } = report.evidence;
  if (!doctor) return [];
  const checks = [
    '| | part | |',
    '|:--|:--|:--|',
    ...doctor.checks.map(
      ({ part, state, text }) => `| ${icons[state]} | ${partNames[part]} | ${markdownText(text, 700)} |`,
    ),
    '',
  ];
  const findings = report.findings.flatMap((finding) => [
    `- **${finding.severity}** ${markdownText(finding.title, 600)}`,
    ...nextStepLines(finding),
  ]);
  const missing = doctor.matrix.some(({ state }) => state === 'missing');
  return [
    checks.join('\n'),
    ...(findings.length > 0 ? [['### What to do', '', ...findings, ''].join('\n')] : []),
    ...(missing
      ? [['### Permissions', '', ...matrixLines(doctor.matrix)].join('\n')]
      : [collapsed(`Permissions (${doctor.matrix.length})`, matrixLines(doctor.matrix)).join('\n')]),
    ...(doctor.further.length > 0 ? [furtherLines(doctor.further).join('\n')] : []),
  ];
}

const matrixLines = (matrix: readonly MatrixRow[]): string[] => [
  `| permission | on | ${columns.join(' | ')} |`,
  `|:--|:--|${':-:|'.repeat(columns.length)}`,
  ...matrix.map(
    ({ permission, resource, state, actions }) =>
      `| ${codeSpan(permission)} | ${codeSpan(shortName(resource))} | ${columns.map((action) => (actions.includes(action) ? states[state] : '')).join(' | ')} |`,
  ),
  '',
];

/** A line for each further action, which also stands for its columns: so the table stays narrow enough for a phone. */
const furtherLines = (rows: readonly FurtherRow[]): string[] => {
  const each = furtherSummary(rows);
  const title = each.map(({ action, state }) => `${action} ${states[state]}`).join(' · ');
  return collapsed(`Permissions of further actions: ${title}`, [
    '| | action | |',
    '|:-:|:--|:--|',
    ...each.map(({ action, state, text }) => `| ${states[state]} | ${action} | ${text} |`),
    '',
    '| | permission | on | needed by |',
    '|:-:|:--|:--|:--|',
    ...rows.map(
      ({ permission, on, state, actions }) =>
        `| ${states[state]} | ${codeSpan(permission)} | ${on} | ${actions.join(', ')} |`,
    ),
    '',
  ]);
};

export const doctorView: View<'doctor'> = { sections: [doctorSection] };
