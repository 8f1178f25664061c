import { passAt, platformAt } from '../../evidence/decide.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { elapsedText } from '../../text/numbers.ts';
import { oddsText } from '../../text/odds.ts';
import { markdownText } from '../../text/safe-text.ts';
import {
  compared,
  platformSuspected,
  testedFacts,
  type WatchFacts,
  type WatchTest,
} from '../../watch/evidence.ts';
import { lateText } from '../../watch/late.ts';
import { budgetLines } from './budget.ts';
import { watchChart } from './chart.ts';
import { clientChart } from './client-chart.ts';
import { clientLines } from './clients.ts';
import { failuresLine } from './failures.ts';
import { latencyChart } from './latency-chart.ts';
import { oddsChart } from './odds-chart.ts';
import { namesText, watchTable } from './table.ts';

/** What a watch counted, for its own summary and for the release's. A chart is drawn only if it helps to explain. */
export function watchLines(facts: WatchFacts, options: { chart: boolean }): string[] {
  const tests = facts.tests
    .map((_, i) => i)
    .filter((i) => (facts.tests[i] as WatchTest).candidate.total > 0 || i === 0);
  const weight = (i: number) => {
    const test = facts.tests[i] as WatchTest;
    return platformSuspected(facts, test) ? Number.POSITIVE_INFINITY : test.against;
  };
  const worst = [...tests].sort((a, b) => weight(b) - weight(a))[0] ?? 0;
  const lag = facts.lagSeconds > 0 ? `, ${elapsedText(facts.lagSeconds)} behind` : '';
  const late = lateText(facts.lagSeconds);
  const notes = [
    namesText(facts),
    `Counted from ${markdownText(facts.source)}${lag}.`,
    ...(late === undefined ? [] : [late]),
    ...facts.notes.map((note) => markdownText(note)),
  ];
  return [
    ...(options.chart ? charts(facts, worst) : []),
    ...tests.flatMap((test) => [...watchTable(facts, test), ...failuresLine(facts, test)]),
    ...clientLines(facts),
    `<sub>${notes.join(' ')}</sub>`,
    '',
    ...oddsMeaning(facts, worst),
  ];
}

/** The charts of what decided: 4xx, or the odds and the rates of the objective that is closest to a decision. */
const charts = (facts: WatchFacts, worst: number): string[] =>
  facts.clients?.decided
    ? clientChart(facts)
    : [...oddsChart(facts, worst), ...watchChart(facts, worst), ...latencyChart(facts, worst)];

function oddsMeaning(facts: WatchFacts, worst: number): string[] {
  const acts = oddsText((facts.tests[worst] as WatchTest).actsAt);
  const passed = oddsText(Math.log(passAt));
  const both = oddsText(Math.log(platformAt));
  const lines = compared(facts)
    ? [
        'At every look the watch asks two things: how strongly the counts suggest that the new revision is worse than the old one, and how strongly they suggest that it breaks the objective.',
        `It takes the release back once the first odds reach ${acts}, if the second looks true as well. A healthy revision reaches such odds at most once in that many watches, however often the watch looks.`,
        `If both revisions break the objective at ${both}, and the new one is no worse, the platform is suspected and the traffic is held.`,
      ]
    : [
        'At every look the watch asks how strongly the counts suggest that this revision breaks the objective.',
        `It acts once the odds reach ${acts}. A healthy revision reaches such odds at most once in that many watches, however often the watch looks.`,
      ];
  return [
    '<details><summary><b>What do the odds mean?</b></summary>',
    '',
    ...lines,
    `A pass is proved once the odds that the revision keeps the objective reach ${passed}.`,
    '',
    '</details>',
    '',
  ];
}

export function watchSection({ verdict, evidence }: Report<'watch'>): string[] {
  const watch = testedFacts(evidence.watch);
  if (!watch) return [];
  const problem = verdict !== 'pass';
  const lines = watchLines(watch, { chart: problem });
  if (problem) return ['### Why', '', ...lines];
  return ['<details><summary>What was counted</summary>', '', ...lines, '</details>', ''];
}

const budgetSection = ({ evidence: { budget } }: Report<'watch'>) =>
  budget && budget.objectives.length > 0 ? budgetLines(budget) : [];

export const watchView: View<'watch'> = { sections: [watchSection, budgetSection] };
