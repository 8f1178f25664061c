import type { Counts } from '../../evidence/counts.ts';
import { elapsedText, percentText } from '../../text/numbers.ts';
import { badText, rate, type WatchFacts } from '../../watch/evidence.ts';
import { lineChart } from '../charts/lines.ts';
import { amber, blue, red } from '../charts/text.ts';
import { fewestRequests, hasBaselineLine, type Look, shownLooks } from './course.ts';

/** The error rates of both revisions and the limit. Each point counts all requests so far; a table has the numbers. */
export function watchChart(facts: WatchFacts, test = 0): string[] {
  const at = facts.tests[test];
  const looks = shownLooks(facts, test);
  const [first, last] = [looks[0], looks.at(-1)];
  if (!at || !first || !last) return [];
  const limit = 100 * at.limit;
  const beside = hasBaselineLine(facts, looks);
  const candidate = looks.map((look) => 100 * rate(look.candidate));
  const baseline = looks.map((look) => 100 * rate(look.baseline));
  const words = at.objective.kind === 'latency' ? 'Slow' : 'Failed';
  const minutes = last.seconds - first.seconds >= 1800;
  const unit = minutes ? 60 : 1;
  const chart = lineChart({
    title: `${words} requests in percent`,
    text: `The new revision ends at ${percentText(rate(last.candidate))} / the limit is ${percentText(at.limit)}`,
    xTitle: `${minutes ? 'minutes' : 'seconds'} since its first traffic`,
    xMin: first.seconds / unit,
    xMax: last.seconds / unit,
    yTitle: `${words.toLowerCase()} %`,
    yMax: Math.max(limit * 2, ...candidate, ...(beside ? baseline : [])),
    height: 240,
    series: [
      { color: red, values: candidate },
      ...(beside ? [{ color: blue, values: baseline }] : []),
      { color: amber, values: looks.map(() => limit) },
    ],
  });
  if (chart.length === 0) return [];
  const legend = [
    '🟥 new revision',
    ...(beside ? ['🟦 old revision'] : []),
    `🟨 your limit (${percentText(at.limit)})`,
  ];
  return [
    `${words} requests in %, of all so far: ${legend.join(' · ')}`,
    '',
    ...chart,
    ...looksTable(looks, beside),
  ];
}

/** The points of the chart in numbers. A point without a new request gets no row. */
function looksTable(looks: readonly Look[], beside: boolean): string[] {
  const same = (a: Counts, b: Counts | undefined) => a.total === b?.total && a.bad === b.bad;
  const rows = looks
    .filter((look, i) => {
      const before = looks[i - 1];
      return !same(look.candidate, before?.candidate) || (beside && !same(look.baseline, before?.baseline));
    })
    .map(
      ({ seconds, candidate, baseline }) =>
        `| ${elapsedText(seconds)} | ${badText(candidate)} |${beside ? ` ${badText(baseline)} |` : ''}`,
    );
  return [
    '<details><summary>The same as a table</summary>',
    '',
    `| after | new revision |${beside ? ' old revision |' : ''}`,
    `|--:|--:|${beside ? '--:|' : ''}`,
    ...rows,
    '',
    `<sub>Each row counts all requests until then. The lines begin once ${fewestRequests} requests, and a twentieth of all, are counted.</sub>`,
    '',
    '</details>',
    '',
  ];
}
