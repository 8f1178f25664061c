import type { ReleaseFacts } from '../../release/facts.ts';
import { spanText } from '../../text/span.ts';
import { lineChart } from '../charts/lines.ts';
import { blue } from '../charts/text.ts';
import { collapsed } from '../collapsed.ts';

/** How much of the traffic the new revision had over time. Empty if it never had any, or had all from the start. */
export function trafficPart(facts: ReleaseFacts): string[] {
  const changes = facts.shares.filter((change, i, all) => change.percent !== all[i - 1]?.percent);
  if (facts.first || !changes.some((change) => change.percent > 0)) return [];
  const whole = Math.max(facts.seconds, changes.at(-1)?.at ?? 0, 1);
  const now = facts.serving.find(({ revision }) => revision === facts.candidate)?.percent ?? 0;
  const moved = facts.serving.length > 0 && now !== changes.at(-1)?.percent;
  const minutes = whole >= 3600;
  const xMax = minutes ? whole / 60 : whole;
  // Older versions of Mermaid lose the last points if there are more of them than units of the axis.
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
    yMax: 100,
    height: 280,
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
