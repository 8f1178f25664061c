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

/** A digest is known by its beginning, and two whole ones are wider than a page on a phone. The report has them whole. */
const shown = (value: string): string => codeSpan(/^[0-9a-f]{40,}$/.test(value) ? value.slice(0, 12) : value);

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
        ({ what, first, second, is }) => `| ${marks[is]} | ${what} | ${shown(first)} | ${shown(second)} |`,
      ),
      '',
    ].join('\n'),
  ];
}

function failoverLines({ evidence: { drill } }: Report<'drill'>): string[] {
  const failover = drill?.failover;
  if (!drill || !failover || failover.put_back === undefined) return [];
  const { from, to, rto_seconds: rto, back_seconds: back, bad, probes } = failover;
  const limit = drill.targets.rto === undefined ? '' : ` (at most ${spanText(drill.targets.rto)})`;
  return [
    [
      '### What a failover costs',
      '',
      `| taken out | answered instead | after${limit} | requests | without a good answer | back after | ${codeSpan(failover.backend_service)} |`,
      '|:--|:--|--:|--:|--:|--:|:--|',
      `| ${markdownText(from)} | ${markdownText(to)} | ${seconds(rto)} | ${probes} | ${bad} | ${seconds(back)} | ${putBackText[failover.put_back]} |`,
      '',
      '<sub>Measured from where this job runs, with requests of its own. A region that dies is not taken out by anybody: until the load balancer or a person does, its users see errors.</sub>',
      '',
      ...failoverTrend(failover.trend),
    ].join('\n'),
  ];
}

const putBackText = {
  'as before': '✅ as before',
  'own part': '✅ the region is back; somebody else changed other parts meanwhile',
  not: '❌ **not put back**',
} as const;

function failoverTrend(trend: DrillEvidence['trend']): string[] {
  if (trend.length < 2) return [];
  return [
    ...rtoChart(trend, undefined, 'Seconds until the second region alone answered'),
    '| exercise | | took | without a good answer |',
    '|:--|:--|--:|--:|',
    ...newestRows(trend, ({ rto_seconds: rto, bad }) => `${seconds(rto)} | ${bad ?? '-'}`),
    '',
  ];
}

/** The newest ones first: when, whether it passed, and the cells of `measured`. */
function newestRows(
  trend: DrillEvidence['trend'],
  measured: (one: DrillEvidence['trend'][number]) => string,
): string[] {
  return [
    ...trend
      .slice(-mostRows)
      .reverse()
      .map((one) => {
        const when = new Date(one.at).toISOString().slice(0, 16).replace('T', ' ');
        return `| ${when} | ${one.passed ? '✅' : '❌'} | ${measured(one)} |`;
      }),
    ...(trend.length > mostRows ? ['', `<sub>and ${trend.length - mostRows} before.</sub>`] : []),
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
  const { trend, targets } = drill;
  const chart = rtoChart(trend, targets.rto, 'Seconds that the slowest restore took');
  return [['### Drill by drill', '', ...chart, ...trendTable(drill), ''].join('\n')];
}

function rtoChart(trend: DrillEvidence['trend'], rto: number | undefined, what: string): string[] {
  const measured = trend.flatMap(({ rto_seconds: value }) => (value === undefined ? [] : [value]));
  if (measured.length < 2) return [];
  return [
    `${what}${rto === undefined ? '' : `, and the ${spanText(rto)} that it may take`}:`,
    '',
    ...lineChart({
      title: `${what}, drill by drill`,
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
  return [
    '| drill | | writes lost | took |',
    '|:--|:--|--:|--:|',
    ...newestRows(trend, ({ rpo_seconds: rpo, rto_seconds: rto }) => `${seconds(rpo)} | ${seconds(rto)}`),
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
  sections: [findingLines, regionLines, failoverLines, restoreLines, bucketLines, trendLines, leftLines],
};
