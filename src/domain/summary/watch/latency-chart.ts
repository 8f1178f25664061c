import { countText } from '../../text/numbers.ts';
import { compared, type Latencies, type WatchFacts } from '../../watch/evidence.ts';
import type { Quantiles } from '../../watch/latency.ts';
import { lineChart } from '../charts/lines.ts';
import { amber, blue, red } from '../charts/text.ts';
import { axisOf, marksText } from './axis.ts';

const mostPoints = 24;
/** The new revision is drawn if it takes this many times as long as the old one. A smaller difference is in the table. */
const notable = 1.5;

const isQuantiles = (value: Quantiles | undefined): value is Quantiles =>
  [value?.half, value?.most].every((number) => typeof number === 'number' && Number.isFinite(number));

const told = (latency: Latencies | undefined, arm: keyof Latencies): Quantiles | undefined => {
  const value = latency?.[arm];
  return isQuantiles(value) ? value : undefined;
};

/** `120 ms`, `3.4 s` */
const timeText = (milliseconds: number): string =>
  milliseconds < 1000 ? `${countText(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
const pairText = (quantiles: Quantiles | undefined): string =>
  quantiles ? `${timeText(quantiles.half)} / ${timeText(quantiles.most)}` : '-';

/** The row of the table: half of the answers, and 95 of 100, took at most so long. Undefined if the source does not say it. */
export function latencyCells(facts: WatchFacts): [candidate: string, baseline: string] | undefined {
  const candidate = told(facts.latency, 'candidate');
  if (!candidate) return undefined;
  return [pairText(candidate), pairText(told(facts.latency, 'baseline'))];
}

/** True if a picture helps: latency decided, or the new revision is clearly slower. */
function helps(facts: WatchFacts, test: number): boolean {
  if (facts.tests[test]?.objective.kind === 'latency') return true;
  const [candidate, baseline] = [told(facts.latency, 'candidate'), told(facts.latency, 'baseline')];
  return candidate !== undefined && baseline !== undefined && candidate.most >= notable * baseline.most;
}

/** How long 95 of 100 answers of the last minute took, of both revisions over time. Empty if it would explain nothing. */
export function latencyChart(facts: WatchFacts, test: number): string[] {
  if (!helps(facts, test)) return [];
  const beside = compared(facts) && told(facts.latency, 'baseline') !== undefined;
  const looks = facts.points.flatMap((point) => {
    const [candidate, baseline] = [told(point?.latency, 'candidate'), told(point?.latency, 'baseline')];
    return candidate && (baseline || !beside) && typeof point.seconds === 'number'
      ? [{ seconds: point.seconds, candidate: candidate.most, baseline: baseline?.most ?? 0 }]
      : [];
  });
  const [first, last] = [looks[0], looks.at(-1)];
  const span = (last?.seconds ?? 0) - (first?.seconds ?? 0);
  const count = Math.min(mostPoints, Math.floor(span) + 1);
  if (!first || !last || count < 2) return [];
  const shown = Array.from({ length: count }, (_, i) => {
    const time = first.seconds + (i * span) / (count - 1);
    return i === count - 1 ? last : (looks.findLast(({ seconds }) => seconds <= time) ?? first);
  });
  const bound = facts.tests[test]?.objective.slowerThanMs;
  const series = [
    { color: red, values: shown.map(({ candidate }) => candidate / 1000) },
    ...(beside ? [{ color: blue, values: shown.map(({ baseline }) => baseline / 1000) }] : []),
    ...(bound === undefined ? [] : [{ color: amber, values: shown.map(() => bound / 1000) }]),
  ];
  const chart = lineChart({
    title: 'Seconds that 95 of 100 answers took at most',
    text: `The new revision ends at ${timeText(last.candidate)}`,
    ...axisOf(facts, first.seconds, last.seconds),
    yMax: Math.max(0.001, ...series.flatMap(({ values }) => values)),
    height: 300,
    series,
  });
  if (chart.length === 0) return [];
  const legend = [
    '🟥 new revision',
    ...(beside ? ['🟦 old revision'] : []),
    ...(bound === undefined ? [] : [`🟨 slower than ${timeText(bound)} is too slow`]),
    marksText(facts, first.seconds, last.seconds),
  ];
  return [
    `**Latency**, seconds in which 95 of 100 answers of the last minute came: ${legend.filter((part) => part !== '').join(' · ')}`,
    '',
    ...chart,
  ];
}
