import { passAt, platformAt } from '../../evidence/decide.ts';
import { oddsText } from '../../text/odds.ts';
import { compared, type PointFacts, platformSuspected, type WatchFacts } from '../../watch/evidence.ts';
import { lineChart } from '../charts/lines.ts';
import { amber, blue, green, red } from '../charts/text.ts';
import { axisOf, marksText } from './axis.ts';

const mostPoints = 60;

/** Odds beyond ten times the highest level are cut off. Otherwise overwhelming odds would press the levels to the floor. */
const headroom = 1;

type Odds = PointFacts['tests'][number];

interface Line {
  square: string;
  color: string;
  name: string;
  /** ln of the odds. */
  read: (at: Odds) => number | undefined;
}

interface Level {
  square: string;
  color: string;
  name: string;
  /** ln of the odds. */
  at: number;
}

/** What speaks against the candidate, and unless it failed, what speaks for it. Each with the level at which the watch acts. */
function contentOf(facts: WatchFacts, test: number): { lines: Line[]; levels: Level[] } | undefined {
  const at = facts.tests[test];
  if (!at || (facts.rule !== undefined && facts.rule !== 'evidence')) return undefined;
  if (platformSuspected(facts, at)) {
    const [own, old] = ['the new revision breaks the objective', 'the old one does'];
    return {
      lines: [
        { square: '🟥', color: red, name: own, read: ({ breaks }) => breaks?.candidate },
        { square: '🟦', color: blue, name: old, read: ({ breaks }) => breaks?.baseline },
      ],
      levels: [{ square: '🟨', color: amber, name: 'both here is the platform', at: Math.log(platformAt) }],
    };
  }
  const beside = compared(facts) && at.stream === 'users';
  const worse = beside ? 'the new revision is worse' : 'it breaks the objective';
  const against: Line = { square: '🟥', color: red, name: worse, read: (odds) => odds.against };
  const acts: Level = { square: '🟨', color: amber, name: 'taken back', at: at.actsAt };
  if (at.failed ?? at.against >= at.actsAt) return { lines: [against], levels: [acts] };
  const keeps = 'it keeps the objective';
  return {
    lines: [against, { square: '🟩', color: green, name: keeps, read: (odds) => odds.pass }],
    levels: [acts, { square: '🟦', color: blue, name: 'proved', at: Math.log(passAt) }],
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

/**
 * The decision itself over time: the odds on a logarithmic scale, and the levels at which the watch acts. Empty if the odds of
 * fewer than two looks are known, or if another rule decided.
 */
export function oddsChart(facts: WatchFacts, test: number): string[] {
  const content = contentOf(facts, test);
  const told = facts.points.filter(
    (point) => isNumber(point?.seconds) && isNumber(point.tests?.[test]?.against),
  );
  const [first, last] = [told[0], told.at(-1)];
  if (!content || !first || !last) return [];
  const span = last.seconds - first.seconds;
  // Older versions of Mermaid lose the last points if there are more points than seconds.
  const count = Math.min(mostPoints, Math.floor(span) + 1);
  if (count < 2) return [];
  const lines = content.lines.filter(({ read }) => isNumber(read(last.tests[test] as Odds)));
  const highest = Math.max(...content.levels.map(({ at }) => at / Math.LN10));
  const steps = (ln: number | undefined) =>
    isNumber(ln) ? Math.min(highest + headroom, Math.max(0, ln / Math.LN10)) : 0;
  const looks = Array.from({ length: count }, (_, i) => {
    const time = first.seconds + (i * span) / (count - 1);
    const look = i === count - 1 ? last : told.findLast(({ seconds }) => seconds <= time);
    return (look ?? first).tests[test] as Odds;
  });
  const endOf = ({ name, read }: Line) => `${name} ${oddsText(read(last.tests[test] as Odds) ?? 0)}`;
  const chart = lineChart({
    title: 'The odds on which the watch decides',
    text: `Odds at the end that ${lines.map(endOf).join(' / ')}`,
    ...axisOf(facts, first.seconds, last.seconds),
    yMax: highest * 1.1,
    height: 300,
    series: [
      ...content.levels.map(({ color, at }) => ({ color, values: looks.map(() => at / Math.LN10) })),
      ...lines.map(({ color, read }) => ({ color, values: looks.map((odds) => steps(read(odds))) })),
    ],
  });
  if (chart.length === 0) return [];
  const legend = [
    ...lines.map(({ square, name }) => `${square} ${name}`),
    ...content.levels.map(({ square, name, at }) => `${square} ${name} at ${oddsText(at)}`),
    marksText(facts, first.seconds, last.seconds),
  ];
  return [
    `**The decision**, as odds that ${legend.filter((part) => part !== '').join(' · ')}`,
    '',
    ...chart,
    '<sub>Each step up is ten times the odds: 1 is 10 to 1, 2 is 100 to 1, 3 is 1 000 to 1.</sub>',
    '',
  ];
}
