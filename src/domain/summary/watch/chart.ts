import type { Counts } from '../../evidence/counts.ts';
import { elapsedText, percentText } from '../../text/numbers.ts';
import { badText, rate, type WatchFacts } from '../../watch/evidence.ts';
import { lineChart } from '../charts/lines.ts';
import { amber, blue, purple, red } from '../charts/text.ts';
import { collapsed } from '../collapsed.ts';
import { axisOf, marksText } from './axis.ts';
import { fewestRequests, hasBaselineLine, type ShownLook, shownLooks, windowOf } from './course.ts';

const words = { availability: 'Failed', latency: 'Slow', log_field: 'Bad' } as const;

/**
 * The rates of bad requests of both revisions, and the limit. A line over all requests so far hides what began lately, so the
 * candidate has a second one over a window. A table has the numbers.
 */
export function watchChart(facts: WatchFacts, test = 0): string[] {
  const at = facts.tests[test];
  const looks = shownLooks(facts, test);
  const [first, last] = [looks[0], looks.at(-1)];
  if (!at || !first || !last) return [];
  const limit = 100 * at.limit;
  const beside = hasBaselineLine(facts, looks);
  const percents = (read: (look: ShownLook) => Counts) => looks.map((look) => 100 * rate(read(look)));
  const candidate = percents((look) => look.candidate);
  const baseline = beside ? percents((look) => look.baseline) : [];
  const recent = percents((look) => look.recent);
  const seconds = windowOf(last.seconds - first.seconds);
  // Over a short time the window holds most of the requests, and its line would say little else.
  const windowed =
    last.seconds - first.seconds >= 2 * seconds &&
    recent.some((value, i) => Math.abs(value - (candidate[i] ?? 0)) > 1e-9);
  const word = words[at.objective.kind];
  const chart = lineChart({
    title: `${word} requests in percent`,
    text: `The new revision ends at ${percentText(rate(last.candidate))} / the limit is ${percentText(at.limit)}`,
    ...axisOf(facts, first.seconds, last.seconds),
    yMax: Math.max(limit * 2, ...candidate, ...baseline, ...(windowed ? recent : [])),
    height: 300,
    series: [
      ...(windowed ? [{ color: purple, values: recent }] : []),
      { color: red, values: candidate },
      ...(beside ? [{ color: blue, values: baseline }] : []),
      { color: amber, values: looks.map(() => limit) },
    ],
  });
  if (chart.length === 0) return [];
  const legend = [
    '🟥 new revision',
    ...(windowed ? [`🟪 new revision in the last ${elapsedText(seconds)}`] : []),
    ...(beside ? ['🟦 old revision'] : []),
    `🟨 your limit (${percentText(at.limit)})`,
    marksText(facts, first.seconds, last.seconds),
  ];
  return [
    `**${word} requests** in %, of all so far: ${legend.filter((part) => part !== '').join(' · ')}`,
    '',
    ...chart,
    ...looksTable(looks, { beside, window: windowed ? seconds : undefined }),
  ];
}

/** The points of the chart in numbers. A point without a new request gets no row. */
function looksTable(
  looks: readonly ShownLook[],
  { beside, window }: { beside: boolean; window: number | undefined },
): string[] {
  const same = (a: Counts, b: Counts | undefined) => a.total === b?.total && a.bad === b.bad;
  const fresh = looks.filter((look, i) => {
    const before = looks[i - 1];
    return !same(look.candidate, before?.candidate) || (beside && !same(look.baseline, before?.baseline));
  });
  const row = (cells: readonly (string | undefined)[]) =>
    `| ${cells.filter((cell) => cell !== undefined).join(' | ')} |`;
  return collapsed('The same as a table', [
    row([
      'after',
      'new revision',
      window === undefined ? undefined : `in the last ${elapsedText(window)}`,
      beside ? 'old revision' : undefined,
    ]),
    row(['--:', '--:', window === undefined ? undefined : '--:', beside ? '--:' : undefined]),
    ...fresh.map(({ seconds, candidate, baseline, recent }) =>
      row([
        elapsedText(seconds),
        badText(candidate),
        window === undefined ? undefined : badText(recent),
        beside ? badText(baseline) : undefined,
      ]),
    ),
    '',
    `<sub>Each row counts all requests until then. The lines begin once ${fewestRequests} requests, and a twentieth of all, are counted.${window === undefined ? '' : ` The window is longer where it would hold fewer than ${fewestRequests} requests.`}</sub>`,
    '',
  ]);
}
