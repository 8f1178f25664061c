import type { DeployEvidence } from '../../deploy/evidence.ts';
import { isRuleOf } from '../../findings/catalog.ts';
import type { ReleaseFacts, StageFacts } from '../../release/facts.ts';
import { decidingSteps } from '../../release/segments.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { lineChart } from '../charts/lines.ts';
import { blue } from '../charts/text.ts';
import { timeline } from '../charts/timeline.ts';
import { deployLines } from '../deploy/section.ts';
import { exposureLines } from '../exposure/section.ts';
import { smokeSummary } from '../smoke/section.ts';
import { watchLines } from '../watch/section.ts';

/** The summary of a release: what happened in words, then why, then the proofs. Failures open, successes collapsed. */

const marks = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

const sections: Record<StageFacts['kind'], string> = {
  check: 'Check',
  build: 'Build',
  smoke: 'Smoke',
  watch: 'Watch',
  back: 'Roll back',
  verify: 'Verify',
  finish: 'Promote',
};

const ends = { pass: '', fail: ' failed', inconclusive: ' undecided' } as const;
const words = (stage: StageFacts) => `${stage.stage} ${spanText(stage.seconds)}${ends[stage.verdict]}`;

function timelinePart(facts: ReleaseFacts): string[] {
  const shown = facts.stages.filter(
    (stage) => stage.seconds >= 0.5 || stage.verdict !== 'pass' || stage.kind === 'back',
  );
  if (shown.length < 2) return [];
  const tasks = shown.map((stage) => ({
    section: sections[stage.kind],
    label: words(stage),
    start: stage.start,
    seconds: stage.seconds,
    bad: stage.verdict === 'fail',
  }));
  return timeline(tasks, { title: 'Timeline of the release', text: shown.map(words).join(' / ') });
}

/** The note of the stage that ended a release is the sentence at the top of its summary. */
function stageTable(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const noteOf = ({ note, decided }: StageFacts) =>
    decided && report.verdict !== 'pass' ? 'as said above' : markdownText(note, 240);
  return [
    '| step | took | result |',
    '|:--|--:|:--|',
    ...facts.stages.map(
      (stage) =>
        `| ${markdownText(stage.stage, 60)} | ${spanText(stage.seconds)} | ${marks[stage.verdict]} ${noteOf(stage)} |`,
    ),
    '',
  ];
}

/** The chart and the table of what decided. */
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

function trafficPart(facts: ReleaseFacts): string[] {
  const changes = facts.shares.filter((change, i, all) => change.percent !== all[i - 1]?.percent);
  if (facts.first || !changes.some((change) => change.percent > 0)) return [];
  const whole = Math.max(facts.seconds, changes.at(-1)?.at ?? 0, 1);
  const now = facts.serving.find(({ revision }) => revision === facts.candidate)?.percent ?? 0;
  const moved = facts.serving.length > 0 && now !== changes.at(-1)?.percent;
  const minutes = whole >= 3600;
  const xMax = minutes ? whole / 60 : whole;
  // More points than units of the axis, and older versions of mermaid lose the last ones.
  const points = Math.min(100, Math.max(60, Math.floor(xMax)));
  const values = Array.from({ length: points }, (_, i) => {
    const at = (i * whole) / (points - 1);
    if (moved && i === points - 1) return now;
    return changes.findLast((change) => change.at <= at)?.percent ?? 0;
  });
  const chart = lineChart({
    title: 'Share of traffic on the new revision',
    text: changes.map((change) => `${change.percent} % from ${spanText(change.at)}`).join(' / '),
    xTitle: minutes ? 'minutes since start' : 'seconds since start',
    xMax,
    yTitle: '%',
    yMax: 100,
    height: 220,
    series: [{ color: blue, values }],
  });
  const table = [
    '| from | new revision |',
    '|--:|--:|',
    ...changes.slice(0, 40).map((change) => `| ${spanText(change.at)} | ${change.percent} % |`),
    ...(moved ? [`| ${spanText(whole)} | ${now} %, not by this release |`] : []),
    '',
  ];
  return [
    '### Traffic',
    '',
    '% of requests sent to the new revision',
    '',
    ...chart,
    ...collapsed('The same as a table', table),
  ];
}

/** The table beside a chart; open where there is no chart. */
const chartAndTable = (chart: readonly string[], table: readonly string[]): string[] =>
  chart.length > 0 ? [...chart, ...collapsed('The same as a table', table)] : [...table];

export const collapsed = (title: string, lines: readonly string[]): string[] => [
  `<details><summary>${title}</summary>`,
  '',
  ...lines,
  '</details>',
  '',
];

/** Charts on a failure; collapsed parts where all went well. Each entry is a whole block: a cut falls between them. */
export function releaseBody(report: Report<'release'>): string[] {
  const facts = report.evidence.release;
  if (!facts) return [];
  const good = report.verdict === 'pass';
  const open = facts.dry_run
    ? []
    : [
        ['### What happened', '', ...chartAndTable(timelinePart(facts), stageTable(report, facts))],
        whyPart(facts),
        trafficPart(facts),
      ];
  const blocks = good ? [collapsed('Timeline', stageTable(report, facts))] : open;
  return [...blocks, findings(report), ...stageParts(report, facts)]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'));
}

/** The other stages' own parts: open where they failed, else one line to unfold. */
function stageParts(report: Report<'release'>, facts: ReleaseFacts): string[][] {
  const { smoke, exposure, deploy } = report.evidence;
  const parts: string[][] = [];
  if (smoke) {
    const passed = smoke.results.filter((result) => result.status === 'passed').length;
    const lines = smokeSummary(smoke);
    const title = `✅ Smoke test: ${passed} of ${smoke.results.length} passed`;
    const bad = smoke.results.some(({ status }) => status === 'failed' || status === 'error');
    parts.push(bad ? lines : collapsed(title, lines.slice(2)));
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

/** Only the plan is there where nothing was to be built, and where the build failed. */
const builtTitle = ({ dryRun, unchanged }: DeployEvidence): string =>
  unchanged ? 'What serves' : dryRun ? 'What was to be built' : 'What was built';

function settings(report: Report<'release'>): string[] {
  const rows = Object.entries(report.inputs)
    .slice(0, 80)
    .map(([name, value]) => `| ${codeSpan(name)} | ${markdownText(String(value), 160)} |`);
  return collapsed('Settings', ['| input | value |', '|:--|:--|', ...rows, '']);
}

/** What the other stages' parts do not show. */
function findings(report: Report<'release'>): string[] {
  const own = report.findings.filter(({ rule }) => isRuleOf('traffic', rule));
  if (own.length === 0) return [];
  return [
    '### Also noticed',
    '',
    ...own
      .slice(0, 10)
      .map(
        (finding) =>
          `- **${markdownText(finding.title, 400)}** ${markdownText([finding.why, finding.fix].filter(Boolean).join(' '), 600)}`,
      ),
    '',
  ];
}
