import type { GatewayEvidence } from '../../gateway/evidence.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';
import { gatewayChanges, gatewayProof } from './parts.ts';

const titles: Record<GatewayEvidence['did'], string> = {
  planned: '📝 Plan of the gateway',
  verified: 'Gateway verified',
  unchanged: 'Gateway unchanged',
  moved: '✅ Gateway moved',
  created: '✅ Gateway made',
  refused: '❌ Gateway not moved',
  not_proved: '❌ Gateway not proved',
  rolled_back: '❌ Gateway moved back',
  stuck: '❌ Gateway in an unknown state',
};

function head(report: Report<'gateway'>): string[] | undefined {
  const facts = report.evidence.gateway;
  if (!facts) return undefined;
  const level = report.verdict === 'pass' ? 'NOTE' : report.verdict === 'fail' ? 'CAUTION' : 'WARNING';
  const name = codeSpan(facts.gateway ?? facts.file);
  return [
    `## ${titles[facts.did]}: ${name}`,
    '',
    `> [!${level}]`,
    `> **${markdownText(report.reason, 1500)}**`,
    '',
  ];
}

function changes({ evidence }: Report<'gateway'>): string[] {
  return evidence.gateway ? gatewayChanges(evidence.gateway) : [];
}

function details(report: Report<'gateway'>): string[] {
  const facts = report.evidence.gateway;
  if (!facts) return [];
  const findings = report.findings.flatMap((finding) => [
    `- **${markdownText(finding.title, 400)}**${finding.line === undefined ? '' : ` (${codeSpan(`${finding.file}:${finding.line}`)})`}`,
    ...nextStepLines(finding),
  ]);
  return [...findings, '', ...gatewayProof(facts)];
}

export const gatewayView: View<'gateway'> = { head, sections: [changes, details] };
