import type { Counts } from '../evidence/counts.ts';
import { oddsText } from '../evidence/odds.ts';
import type { Report } from '../report.ts';
import { codeSpan, markdownText } from '../safe-text.ts';
import type { Objective } from '../watch/objective.ts';
import { objectiveTitle } from '../watch/objective.ts';
import { countText, elapsedText, percentText } from '../watch/words.ts';
import { amber, blue, lineChart, red, sparkline } from './charts.ts';

/** What the section reads of a watch's evidence (steps/watch-types.ts has the whole). */
export interface WatchFacts {
  candidate: string;
  baseline?: string | undefined;
  share: number;
  source: string;
  lagSeconds: number;
  notes: readonly string[];
  tests: readonly {
    objective: Objective;
    stream: 'users' | 'probes';
    limit: number;
    candidate: Counts;
    baseline: Counts;
    interval: readonly [number, number];
    detectable?: number | undefined;
    against: number;
    actsAt: number;
    pass: number;
  }[];
  points: readonly { seconds: number; tests: readonly { candidate: Counts; baseline: Counts }[] }[];
}

type Test = WatchFacts['tests'][number];

const isFacts = (value: unknown): value is WatchFacts =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as WatchFacts).tests) &&
  Array.isArray((value as WatchFacts).points);

/** Share of bad requests since the beginning, in percent, at each look. */
function course(facts: WatchFacts, test: number, arm: 'candidate' | 'baseline'): number[] {
  const sum = { total: 0, bad: 0 };
  return facts.points.map(({ tests }) => {
    sum.total += tests[test]?.[arm].total ?? 0;
    sum.bad += tests[test]?.[arm].bad ?? 0;
    return sum.total === 0 ? 0 : (100 * sum.bad) / sum.total;
  });
}

/** The chart: both revisions and the limit. Every number of it is in the table as well. */
export function watchChart(facts: WatchFacts, test = 0): string[] {
  const at = facts.tests[test];
  const seconds = facts.points.at(-1)?.seconds ?? 0;
  if (!at || facts.points.length < 2) return [];
  const limit = 100 * at.limit;
  const candidate = course(facts, test, 'candidate');
  const baseline = facts.baseline ? course(facts, test, 'baseline') : [];
  const words = at.objective.kind === 'latency' ? 'Slow' : 'Failed';
  const chart = lineChart({
    title: `${words} requests in percent`,
    text: `The new revision ends at ${percentText((candidate.at(-1) ?? 0) / 100)}, the limit is ${percentText(at.limit)}`,
    xTitle: 'seconds since the first shift',
    xMin: facts.points[0]?.seconds ?? 0,
    xMax: seconds,
    yTitle: `${words.toLowerCase()}, %`,
    yMax: Math.max(limit * 2, ...candidate, ...baseline),
    height: 240,
    series: [
      { color: red, values: candidate },
      ...(facts.baseline ? [{ color: blue, values: baseline }] : []),
      { color: amber, values: facts.points.map(() => limit) },
    ],
  });
  if (chart.length === 0) return [];
  const legend = [
    '🟥 new revision',
    ...(facts.baseline ? ['🟦 old revision'] : []),
    `🟨 your limit (${percentText(at.limit)})`,
  ];
  return [`${words} requests in %: ${legend.join(' · ')}`, '', ...chart];
}

const short = (revision: string) => codeSpan(revision.length > 24 ? `…${revision.slice(-12)}` : revision);
const failed = (counts: Counts) =>
  counts.total === 0 ? '-' : `${countText(counts.bad)} (${percentText(counts.bad / counts.total)})`;

/** Four columns at the most: a telephone shows no more. */
export function watchTable(facts: WatchFacts, test: number): string[] {
  const at = facts.tests[test] as Test;
  const beside = facts.baseline !== undefined;
  const row = (name: string, candidate: string, baseline: string, limit: string) =>
    `| ${name} | ${candidate} | ${beside ? `${baseline} | ` : ''}${limit} |`;
  const acted = at.against >= at.actsAt;
  const over = at.candidate.total > 0 && at.candidate.bad / at.candidate.total > at.limit;
  const trend = (arm: 'candidate' | 'baseline') => `\`${sparkline(course(facts, test, arm)) || ' '}\``;
  const title =
    at.stream === 'probes'
      ? `${objectiveTitle(at.objective)} (our own probes)`
      : objectiveTitle(at.objective);
  return [
    row(markdownText(title), `new ${short(facts.candidate)}`, `old ${short(facts.baseline ?? '')}`, 'limit'),
    row(':--', '--:', '--:', '--:'),
    row('requests counted', countText(at.candidate.total), countText(at.baseline.total), ''),
    row(
      at.objective.kind === 'latency' ? 'too slow' : 'failed',
      failed(at.candidate),
      failed(at.baseline),
      `${over ? '❌' : '✅'} ${percentText(at.limit)}`,
    ),
    row('trend', trend('candidate'), trend('baseline'), ''),
    row(
      'odds it breaks the objective',
      oddsText(at.against),
      '',
      `${acted ? '❌' : '✅'} acts at ${oddsText(at.actsAt)}`,
    ),
    row('odds it keeps the objective', oddsText(at.pass), '', 'proved at 20 to 1'),
    row(
      'error rate, 95 % certain',
      `${percentText(at.interval[0])} to ${percentText(at.interval[1])}`,
      '',
      '',
    ),
    row(
      'smallest regression it could see',
      at.detectable === undefined ? 'none' : percentText(at.detectable),
      '',
      '',
    ),
    '',
  ];
}

/** The "why" part of a watch, for its own summary and for the release's. Charts only where something was decided. */
export function watchLines(facts: WatchFacts, options: { chart: boolean }): string[] {
  const tests = facts.tests
    .map((_, i) => i)
    .filter((i) => (facts.tests[i] as Test).candidate.total > 0 || i === 0);
  const worst =
    [...tests].sort((a, b) => (facts.tests[b] as Test).against - (facts.tests[a] as Test).against)[0] ?? 0;
  const lag = facts.lagSeconds > 0 ? `, ${elapsedText(facts.lagSeconds)} behind` : '';
  const notes = [
    `Counted from ${markdownText(facts.source)}${lag}.`,
    ...facts.notes.map((note) => markdownText(note)),
  ];
  return [
    ...(options.chart ? watchChart(facts, worst) : []),
    ...tests.flatMap((test) => watchTable(facts, test)),
    `<sub>${notes.join(' ')}</sub>`,
    '',
    '<details><summary><b>What do the odds mean?</b></summary>',
    '',
    'At every look the watch asks how much better "this revision breaks the objective" explains the counts than "it keeps it".',
    `It acts at ${oddsText((facts.tests[worst] as Test).actsAt)}: a healthy revision reaches that at most once in so many watches, however often we look.`,
    'A pass is proved at 20 to 1 the other way.',
    '',
    '</details>',
    '',
  ];
}

/** The section of the watch's own job summary. */
export function watchSection(report: Report): string[] {
  const facts = report.evidence.watch;
  if (!isFacts(facts) || facts.tests.length === 0) return [];
  const problem = report.verdict !== 'pass';
  const lines = watchLines(facts, { chart: problem });
  if (problem) return ['### Why', '', ...lines];
  return ['<details><summary>What was counted</summary>', '', ...lines, '</details>', ''];
}
