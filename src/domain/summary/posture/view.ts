import { bySeverity } from '../../findings/rule.ts';
import { postureRules } from '../../findings/rules/posture.ts';
import type { PostureEvidence } from '../../posture/judge.ts';
import type { Row, State } from '../../posture/row.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { commandLines } from '../../text/command-block.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';
import { doorsDiagram } from './diagram.ts';

const icons: Record<State, string> = {
  present: '✅ present',
  bypassable: '🟠 bypassable',
  absent: '❌ absent',
  'not applicable': '➖ not applicable',
  unknown: '❔ unknown',
};

/** A protection that nobody says is needed is missing without being a fault. */
const stateOf = ({ state, holes }: Row): string =>
  state === 'absent' && holes.every(({ severity }) => severity === 'info')
    ? '⚪ absent (optional)'
    : icons[state];

function head(report: Report<'posture'>): string[] | undefined {
  if (!report.evidence.posture) return undefined;
  const level = report.verdict === 'pass' ? 'NOTE' : report.verdict === 'fail' ? 'CAUTION' : 'WARNING';
  return [
    `## Posture of ${codeSpan(report.target.name ?? '')}`,
    '',
    `> [!${level}]`,
    `> **${markdownText(report.reason, 1500)}**`,
    '',
  ];
}

function worstLines(report: Report<'posture'>): string[] {
  const shown = report.findings
    .filter(({ rule }) => rule in postureRules)
    .sort(bySeverity)
    .slice(0, 3);
  if (shown.length === 0) return [];
  return [
    '**What to do first**',
    '',
    ...shown.flatMap((finding, index) => [
      `${index + 1}. ${markdownText(finding.title, 400)} (${finding.severity})`,
      ...nextStepLines(finding).map((line) => (line === '' ? line : ` ${line}`)),
    ]),
    '',
  ];
}

function changeLines({ changes }: PostureEvidence): string[] {
  if (changes === undefined) return [];
  if (changes.length === 0) return ['Nothing has changed since the last run.', ''];
  return [
    '**Since the last run**',
    '',
    ...changes
      .slice(0, 20)
      .map(({ direction, text }) => `- ${direction === 'worse' ? '🔺' : '🔽'} ${markdownText(text, 400)}`),
    '',
  ];
}

function table({ rows }: PostureEvidence): string[] {
  return [
    '| protection | state | what was seen | way around it |',
    '|:--|:--|:--|:--|',
    ...rows.map((row) => {
      const [first] = [...row.holes].sort(bySeverity);
      const more = row.holes.length > 1 ? ` (and ${row.holes.length - 1} more)` : '';
      const why =
        first === undefined || row.state === 'not applicable'
          ? ''
          : `${markdownText(first.text, 300)}${more}`;
      return `| ${row.title} | ${stateOf(row)} | ${markdownText(row.saw, 300)} | ${why} |`;
    }),
    '',
  ];
}

function repairs(report: Report<'posture'>): string[] {
  const rest = report.findings.slice(3, 43);
  if (rest.length === 0) return [];
  return [
    `<details><summary>${rest.length} more to repair</summary>`,
    '',
    ...rest.flatMap((finding) => [
      `- ${markdownText(finding.title, 400)} (${finding.severity})`,
      ...nextStepLines(finding),
    ]),
    '',
    '</details>',
    '',
  ];
}

function roleLines({ roles }: PostureEvidence): string[] {
  if (roles.length === 0) return [];
  return [
    `<details><summary>What this identity could not see</summary>`,
    '',
    ...roles.flatMap(({ role, permissions, rows, on, command }) => [
      `- ${role === undefined ? permissions.map((name) => codeSpan(name)).join(', ') : codeSpan(role)} on the ${on} would show: ${markdownText(rows.join(', '), 300)}${command === undefined ? `. An administrator of the ${on} can grant it.` : ''}`,
      ...commandLines(command === undefined ? [] : [command], '  '),
      '',
    ]),
    '</details>',
    '',
  ];
}

function calls({ rows, calls: made }: PostureEvidence): string[] {
  return [
    `<details><summary>The calls behind the rows${made === undefined ? '' : ` (${made} were made)`}</summary>`,
    '',
    '| protection | call |',
    '|:--|:--|',
    ...rows
      .filter(({ call }) => call !== '')
      .map(({ title, call }) => `| ${title} | ${codeSpan(call, 200)} |`),
    '',
    '</details>',
    '',
  ];
}

function section(report: Report<'posture'>): string[] {
  const evidence = report.evidence.posture;
  if (!evidence) return [];
  return [
    ...worstLines(report),
    ...changeLines(evidence),
    '**Every way in**',
    '',
    ...doorsDiagram(evidence.doors, report.target.name ?? 'the service'),
    ...table(evidence),
    ...repairs(report),
    ...roleLines(evidence),
    ...calls(evidence),
  ];
}

export const postureView: View<'posture'> = { head, sections: [section] };
