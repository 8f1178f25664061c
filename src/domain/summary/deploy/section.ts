import type { DeployEvidence } from '../../deploy/evidence.ts';
import type { DeployPlan } from '../../deploy/plan.ts';
import { changeLine } from '../../deploy/plan-text.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { formatBytes } from '../../source/manifest.ts';
import { codeBlock, codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const none = '–';

/** Names of settings only. Their values stay out of a page that many people read. */
const changeRow = (plan: DeployPlan) => plan.changes.map((change) => changeLine(change));

/**
 * What was built, what serves and what changed. In the summary of a release the traffic is that of the moment after the
 * build, because the release has moved it since.
 */
export function deployLines(
  evidence: DeployEvidence,
  of: 'deploy' | 'plan' | 'release' = 'deploy',
): string[] {
  const { plan } = evidence;
  const traffic = evidence.traffic
    .filter((entry) => (entry.percent ?? 0) > 0)
    .map((entry) => `${codeSpan(entry.revision ?? 'LATEST')} ${entry.percent} %`)
    .join(', ');
  const plans = evidence.dryRun && of !== 'release';
  const rows: [string, string][] = [
    // A plan makes no revision.
    ...(plans && !evidence.revision
      ? []
      : ([['Revision', evidence.revision ? codeSpan(evidence.revision) : none]] as [string, string][])),
    [plans ? 'Serves now' : 'Before', evidence.previousRevision ? codeSpan(evidence.previousRevision) : none],
    [of === 'release' && !evidence.unchanged ? 'Traffic after the build' : 'Traffic', traffic || none],
    ['URL', evidence.url ? codeSpan(evidence.url, 400) : none],
    evidence.image !== undefined
      ? ['Image', codeSpan(evidence.image, 400)]
      : [
          'Source',
          `${codeSpan(evidence.sourceSha256.slice(0, 12))} (${plan.source.files} files, ${formatBytes(plan.source.bytes)}, ${evidence.rules === 'no ignore file' ? evidence.rules : `by ${markdownText(evidence.rules)}`})`,
        ],
  ];
  const lines = [
    '',
    `| ${plans ? 'Plan' : 'Deploy'} | |`,
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
  ];
  const changes = [...changeRow(plan), ...plan.service, ...plan.iam];
  const open = plans ? ' open' : '';
  if (changes.length > 0 && !(of === 'release' && evidence.unchanged))
    lines.push(
      `<details${open}><summary>${evidence.dryRun ? 'What would change' : 'What changed'}</summary>`,
      '',
      codeBlock(changes.join('\n'), 'diff'),
      '',
      '</details>',
      '',
    );
  const largest = [...evidence.files].sort((a, b) => b.size - a.size).slice(0, 50);
  if (largest.length > 0)
    lines.push(
      `<details><summary>What was ${evidence.dryRun || evidence.unchanged ? 'listed' : 'uploaded'}: ${plan.source.files} files</summary>`,
      '',
      codeBlock(largest.map((file) => `${formatBytes(file.size).padStart(9)}  ${file.path}`).join('\n')),
      '',
      '</details>',
      '',
    );
  return lines;
}

function deploySection(report: Report<'deploy'>): string[] {
  const evidence = report.evidence.deploy;
  if (!evidence && report.findings.length === 0) return [];
  const findings = report.findings.flatMap((finding) => [
    `- **${finding.severity}** ${markdownText(finding.title, 600)}`,
    ...nextStepLines(finding),
  ]);
  return [
    [
      ...(evidence ? deployLines(evidence) : []),
      ...(findings.length > 0 ? ['**Findings**', '', ...findings, ''] : []),
    ].join('\n'),
  ];
}

export const deployView: View<'deploy'> = { sections: [deploySection] };
