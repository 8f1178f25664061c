import type { DeployEvidence } from '../../deploy/evidence.ts';
import { isRuleOf } from '../../findings/catalog.ts';
import type { ReleaseFacts } from '../../release/facts.ts';
import { decidingSteps } from '../../release/segments.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { collapsed } from '../collapsed.ts';
import { deployLines } from '../deploy/section.ts';
import { exposureLines } from '../exposure/section.ts';
import { gatewayChanges, gatewayProof } from '../gateway/parts.ts';
import { nextStepLines } from '../next-step.ts';
import { preflightLines } from '../preflight/section.ts';
import { smokeSummary } from '../smoke/section.ts';
import { watchLines } from '../watch/section.ts';
import { stageTable, timelineChart } from './stages.ts';
import { trafficPart } from './traffic.ts';

/**
 * Everything below the head: what happened, why, and the proofs. After a failure the charts are open; after a success
 * every part is collapsed. Each entry is a whole block, so that a summary that is too long is cut between blocks.
 */
export function releaseBody(report: Report<'release'>): string[] {
  const facts = report.evidence.release;
  if (!facts) return [];
  const good = report.verdict === 'pass' || report.outcome === 'promoted';
  const open = facts.dry_run
    ? []
    : [
        ['### What happened', '', ...chartAndTable(timelineChart(facts), stageTable(report, facts))],
        whyPart(facts),
        trafficPart(facts),
      ];
  const blocks = good ? [collapsed('Timeline', stageTable(report, facts))] : open;
  return [...blocks, findings(report), ...stageParts(report, facts)]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'));
}

/** The parts of the other stages. A part is open if its stage failed; otherwise it is one line to unfold. */
function stageParts(report: Report<'release'>, facts: ReleaseFacts): string[][] {
  const { smoke, exposure, deploy, gateway } = report.evidence;
  const parts: string[][] = [];
  const stopped = facts.stages.at(-1)?.stage === 'Preflight';
  parts.push(preflightLines(report.evidence.preflight, stopped));
  if (smoke) {
    const passed = smoke.results.filter((result) => result.status === 'passed').length;
    const lines = smokeSummary(smoke);
    const title = `✅ Smoke test: ${passed} of ${smoke.results.length} passed`;
    const bad = smoke.results.some(({ status }) => status === 'failed' || status === 'error');
    parts.push(bad ? lines : collapsed(title, lines.slice(2)));
  }
  if (gateway) {
    const lines = [...gatewayChanges(gateway), ...gatewayProof(gateway)];
    parts.push(facts.dry_run ? lines : collapsed(`Gateway: ${gateway.did.replace('_', ' ')}`, lines));
  }
  if (exposure) {
    const lines = exposureLines(exposure, report.findings);
    const title =
      exposure.exposure === 'private' ? '✅ Private all the way' : `⚠️ Exposure: ${exposure.exposure}`;
    parts.push(report.outcome === 'exposed' ? lines : collapsed(title, lines.slice(2)));
  }
  if (deploy) {
    const lines = deployLines(deploy, facts.dry_run ? 'plan' : 'release');
    parts.push(facts.dry_run ? lines : collapsed(builtTitle(deploy), lines));
  }
  return [...parts, settings(report)];
}

/** If nothing was built, or the build failed, the evidence is that of the plan. */
const builtTitle = ({ dryRun, unchanged }: DeployEvidence): string =>
  unchanged ? 'What serves' : dryRun ? 'What would have been built' : 'What was built';

function settings(report: Report<'release'>): string[] {
  const rows = Object.entries(report.inputs)
    .slice(0, 80)
    .map(([name, value]) => `| ${codeSpan(name)} | ${markdownText(String(value), 160)} |`);
  return collapsed('Settings', ['| input | value |', '|:--|:--|', ...rows, '']);
}

/** The chart and the table of the watch that decided. */
function whyPart(facts: ReleaseFacts): string[] {
  const decided = decidingSteps(facts);
  if (!decided) return [];
  const { segment, steps, watch } = decided;
  const title = segment.verdict === 'fail' ? 'Why it was taken back' : 'What the watch saw';
  return [
    `### ${title}`,
    '',
    `At ${steps.map(({ percent }) => `${percent} %`).join(', then ')} of the traffic:`,
    '',
    ...watchLines(watch, { chart: true }),
  ];
}

/** A chart and its table. The table is open if there is no chart. */
const chartAndTable = (chart: readonly string[], table: readonly string[]): string[] =>
  chart.length > 0 ? [...chart, ...collapsed('The same as a table', table)] : [...table];

/** Findings about revisions and traffic. The parts of the other stages show the rest. */
function findings(report: Report<'release'>): string[] {
  const own = report.findings.filter(({ rule }) => isRuleOf('traffic', rule));
  if (own.length === 0) return [];
  return [
    '### Also noticed',
    '',
    ...own
      .slice(0, 10)
      .flatMap((finding) => [
        `- **${markdownText(finding.title, 400)}** ${markdownText(finding.why ?? '', 600)}`,
        ...nextStepLines(finding),
      ]),
    '',
  ];
}
