import type { ExposureEvidence } from '../../exposure/evidence.ts';
import { isRuleOf } from '../../findings/catalog.ts';
import type { Finding, Severity } from '../../findings/finding.ts';
import { bySeverity } from '../../findings/rule.ts';
import type { View } from '../../report/render.ts';
import { codeBlock, codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const icons: Record<Severity, string> = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵', info: '⚪' };
const words = { private: '✅ private', public: '❌ public', unknown: '⚠️ unknown' } as const;

function findingLines(findings: readonly Finding[]): string[] {
  // A release's report also holds the findings of its other stages.
  const own = findings.filter(({ rule }) => isRuleOf('exposure', rule)).sort(bySeverity);
  const open = own.filter(({ severity }) => severity === 'critical' || severity === 'high');
  const rest = own.filter(({ severity }) => severity !== 'critical' && severity !== 'high');
  const shown = open
    .slice(0, 12)
    .flatMap((finding) => [
      `- ${icons[finding.severity]} **${markdownText(finding.title)}** ${markdownText(finding.why ?? '')}`,
      ...nextStepLines(finding),
    ]);
  if (open.length > 12) shown.push(`- ${open.length - 12} more in the report.`);
  if (rest.length === 0) return shown;
  const lines = rest
    .slice(0, 30)
    .flatMap((finding) => [
      `- ${icons[finding.severity]} ${markdownText(finding.title)} ${markdownText(finding.why ?? '')}`,
      ...nextStepLines(finding),
    ]);
  return [
    ...shown,
    '',
    `<details><summary>${rest.length} more to know</summary>`,
    '',
    ...lines,
    '',
    '</details>',
  ];
}

function probeLines(evidence: ExposureEvidence): string[] {
  const refused = evidence.probes.filter((probe) =>
    ['refused', 'not-routed', 'iap'].includes(probe.class),
  ).length;
  const rows = evidence.probes
    .slice(0, 60)
    .map(
      ({ method, url, status, note, from }) =>
        `| ${codeSpan(`${method} ${url}`)} | ${status || '–'} | ${markdownText(note, 120)} | ${markdownText(from, 40)} |`,
    );
  return [
    `<details><summary>Anonymous requests: ${refused} of ${evidence.probes.length} refused</summary>`,
    '',
    '| request without a token | status | meaning | URL from |',
    '|:--|--:|:--|:--|',
    ...rows,
    '',
    '</details>',
  ];
}

function readLines(evidence: ExposureEvidence): string[] {
  const rows = evidence.reads.map(
    ({ what, call, result }) =>
      `| ${markdownText(what, 160)} | ${markdownText(result, 160)} | ${codeSpan(call, 200)} |`,
  );
  return [
    `<details><summary>What was read (${evidence.reads.length} calls)</summary>`,
    '',
    '| what | result | call |',
    '|:--|:--|:--|',
    ...rows,
    '',
    '</details>',
  ];
}

/** What the guard saw and found, as lines of Markdown. */
export function exposureLines(evidence: ExposureEvidence, findings: readonly Finding[]): string[] {
  const proof = evidence.exposure === 'private' ? `, proof ${evidence.proof}` : '';
  const lines = [`### Exposure: ${words[evidence.exposure]}${proof}`, ''];
  if (evidence.attackPath?.length) {
    lines.push('**Shortest way in**', '');
    for (const [index, { text, call }] of evidence.attackPath.entries())
      lines.push(`${index + 1}. ${markdownText(text)} (${codeSpan(call, 160)})`);
    lines.push('');
  }
  if (evidence.repaired.length > 0) {
    const waited =
      evidence.waitedSeconds === undefined ? '' : ` and ${evidence.waitedSeconds} s waited for IAM`;
    lines.push(
      `**Repaired**${waited}`,
      '',
      ...evidence.repaired.map((text) => `- ${markdownText(text)}`),
      '',
    );
  }
  lines.push(...findingLines(findings), '');
  if (evidence.callers.length > 0) {
    const rows = evidence.callers
      .slice(0, 30)
      .map(
        ({ member, role, resource, actsAs }) =>
          `| ${codeSpan(member, 120)} | ${codeSpan(role)} | ${codeSpan(resource, 120)} | ${actsAs === undefined ? '' : codeSpan(actsAs, 120)} |`,
      );
    lines.push(
      `<details><summary>Who may call it (${evidence.callers.length}, as far as roles were read)</summary>`,
      '',
      '| member | role | bound on | by acting as |',
      '|:--|:--|:--|:--|',
      ...rows,
      '',
      '</details>',
    );
  }
  if (evidence.probes.length > 0) lines.push(...probeLines(evidence));
  lines.push(...readLines(evidence));
  if (evidence.role) {
    lines.push(
      '<details><summary>A role that would close the gaps in the proof</summary>',
      '',
      codeBlock(evidence.role.commands.join('\n'), 'sh'),
      '',
      codeBlock(evidence.role.yaml, 'yaml'),
      '',
      '</details>',
    );
  }
  return lines;
}

export const guardView: View<'guard'> = {
  sections: [
    ({ evidence, findings }) => (evidence.exposure ? exposureLines(evidence.exposure, findings) : []),
  ],
};
