import { type BucketFact, windowSeconds } from '../../drill/bucket.ts';
import type { DrillEvidence } from '../../drill/evidence.ts';
import { wayText } from '../../drill/restored.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { lineChart } from '../charts/lines.ts';
import { amber, blue } from '../charts/text.ts';
import { nextStepLines } from '../next-step.ts';

const seconds = (value: number | undefined): string => (value === undefined ? '-' : spanText(value));

function findingLines({ findings }: Report<'drill'>): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap((finding) => [
    `- **${markdownText(finding.title, 600)}**`,
    ...nextStepLines(finding),
  ]);
  return [[...lines, ''].join('\n')];
}

const days = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? 'no limit' : `${Math.round(value / 8640) / 10} d`;

function protection(bucket: BucketFact): string {
  const parts = [
    bucket.versioning ? 'versions' : '',
    bucket.softDeleteSeconds > 0 ? `soft delete ${days(bucket.softDeleteSeconds)}` : '',
    bucket.retentionSeconds > 0
      ? `retention ${days(bucket.retentionSeconds)}${bucket.retentionLocked ? ', locked' : ''}`
      : '',
  ];
  return parts.filter(Boolean).join(', ') || 'nothing';
}

const marks = { same: '✅', differs: '❌', unknown: '?' } as const;

function regionLines({ evidence: { drill } }: Report<'drill'>): string[] {
  const region = drill?.region;
  if (!region || region.rows.length === 0) return [];
  return [
    [
      '### Can the second region take over?',
      '',
      `| | | ${markdownText(region.first)} | ${markdownText(region.second)} |`,
      '|:--|:--|:--|:--|',
      ...region.rows.map(
        ({ what, first, second, is }) =>
          `| ${marks[is]} | ${what} | ${codeSpan(first)} | ${codeSpan(second)} |`,
      ),
      '',
    ].join('\n'),
  ];
}

function bucketLines({ evidence: { drill } }: Report<'drill'>): string[] {
  if (!drill || drill.buckets.length === 0) return [];
  return [
    [
      '| | bucket | place | copy | protected by | deleted data comes back for |',
      '|:--|:--|:--|:--|:--|--:|',
      ...drill.buckets.map(
        ({ role, facts, copy }) =>
          `| ${markdownText(role)} | ${codeSpan(facts.name)} | ${markdownText(facts.location)}${facts.turbo ? ', turbo' : ''} | ${copy ? `${codeSpan(copy.name)} in ${markdownText(copy.location)}` : '-'} | ${protection(facts)} | ${days(windowSeconds(facts))} |`,
      ),
      '',
    ].join('\n'),
  ];
}

function restoreLines({ evidence: { drill } }: Report<'drill'>): string[] {
  if (!drill || drill.restored.length === 0) return [];
  const { rpo, rto } = drill.targets;
  const limit = (value: number | undefined) => (value === undefined ? '' : ` (at most ${spanText(value)})`);
  return [
    [
      '### What was restored',
      '',
      `| bucket | brought back | objects | as written | writes lost${limit(rpo)} | took${limit(rto)} |`,
      '|:--|:--|--:|--:|--:|--:|',
      ...drill.restored.map(
        (one) =>
          `| ${codeSpan(one.bucket)} | ${wayText[one.way]} | ${one.objects} of ${Math.round(one.bytes / one.objects / 1024)} KiB | ${one.objects - one.missing.length - one.differ.length} | ${seconds(one.rpo_seconds)} | ${seconds(one.rto_seconds)} |`,
      ),
      '',
      '<sub>Measured on the objects of the drill. A restore of more objects takes longer.</sub>',
      '',
    ].join('\n'),
  ];
}

/** As many rows as a person reads. The picture has them all. */
const mostRows = 12;

function trendLines({ evidence: { drill } }: Report<'drill'>): string[] {
  if (!drill || drill.trend.length < 2) return [];
  return [['### Drill by drill', '', ...trendChart(drill), ...trendTable(drill), ''].join('\n')];
}

function trendChart({ trend, targets: { rto } }: DrillEvidence): string[] {
  const measured = trend.flatMap(({ rto_seconds: value }) => (value === undefined ? [] : [value]));
  if (measured.length < 2) return [];
  return [
    `Seconds that the slowest restore took${rto === undefined ? '' : `, and the ${spanText(rto)} that it may take`}:`,
    '',
    ...lineChart({
      title: 'Seconds that the restore took, drill by drill',
      text: `${measured.length} drills, the last one ${spanText(measured.at(-1) ?? 0)}`,
      xTitle: 'drill',
      xMin: 1,
      xMax: measured.length,
      yMax: Math.max(...measured, rto ?? 0),
      height: 240,
      series: [
        { color: blue, values: measured },
        ...(rto === undefined ? [] : [{ color: amber, values: measured.map(() => rto) }]),
      ],
    }),
    '',
  ];
}

function trendTable({ trend }: DrillEvidence): string[] {
  const shown = trend.slice(-mostRows).reverse();
  return [
    '| drill | | writes lost | took |',
    '|:--|:--|--:|--:|',
    ...shown.map(
      ({ at, passed, rpo_seconds: rpo, rto_seconds: rto }) =>
        `| ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} | ${passed ? '✅' : '❌'} | ${seconds(rpo)} | ${seconds(rto)} |`,
    ),
    ...(trend.length > mostRows ? ['', `<sub>and ${trend.length - mostRows} before.</sub>`] : []),
  ];
}

function leftLines({ evidence: { drill } }: Report<'drill'>): string[] {
  if (!drill || drill.left.length === 0) return [];
  return [
    [
      '### What is left of drills',
      '',
      ...drill.left.slice(0, 20).map((name) => `- ${codeSpan(name)}`),
      '',
    ].join('\n'),
  ];
}

export const drillView: View<'drill'> = {
  sections: [findingLines, regionLines, restoreLines, bucketLines, trendLines, leftLines],
};
