import { confidenceSequence } from '../../evidence/confidence.ts';
import type { Counts } from '../../evidence/counts.ts';
import { passAt, platformAt } from '../../evidence/decide.ts';
import { badWords, objectiveTitle } from '../../slo/objective.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { oddsText } from '../../text/odds.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import {
  atFull,
  badText,
  compared,
  decidingCounts,
  platformSuspected,
  rate,
  type WatchFacts,
  type WatchTest,
} from '../../watch/evidence.ts';
import { sparkline } from '../charts/sparkline.ts';
import { hasBaselineLine, shownLooks } from './course.ts';
import { latencyCells } from './latency-chart.ts';

const badCell = (counts: Counts) =>
  counts.total === 0 ? '-' : `${countText(counts.bad)} (${percentText(counts.bad / counts.total)})`;

/** The names of the revisions behind `new` and `old`. In the head of the table they would push its last column off the screen of a phone. */
export const namesText = (facts: WatchFacts): string =>
  compared(facts)
    ? `New is ${codeSpan(facts.candidate)}, old is ${codeSpan(facts.baseline ?? '')}.`
    : `New is ${codeSpan(facts.candidate)}.`;

/** The table has at most four columns, because the screen of a phone shows no more. */
export function watchTable(facts: WatchFacts, test: number): string[] {
  const at = facts.tests[test] as WatchTest;
  const beside = compared(facts);
  const row = (name: string, candidate: string, baseline: string, limit: string) =>
    `| ${name} | ${candidate} | ${beside ? `${baseline} | ` : ''}${limit} |`;
  const title =
    at.stream === 'probes'
      ? `${objectiveTitle(at.objective)} (our own probes)`
      : objectiveTitle(at.objective);
  const own = decidingCounts(facts, test);
  const bad = badWords[at.objective.kind].was.replace(/^was /, '');
  const proved = at.pass >= Math.log(passAt);
  const mark = rate(own) > at.limit ? '❌ ' : proved ? '✅ ' : '';
  const rows = [
    row(markdownText(title), 'new', 'old', 'limit'),
    row(':--', '--:', '--:', '--:'),
    row('requests counted', countText(own.total), countText(at.baseline.total), ''),
    row(bad, badCell(own), badCell(at.baseline), `${mark}${percentText(at.limit)}`),
  ];
  const earlier = own.total < at.candidate.total;
  if (earlier) rows.push(row(`${bad} since its first traffic`, badText(at.candidate), '', ''));
  const looks = shownLooks(facts, test);
  if (looks.length >= 3) {
    const lines = (['candidate', 'baseline'] as const).map((arm) => looks.map((look) => rate(look[arm])));
    const top = Math.max(...lines.slice(0, beside ? 2 : 1).flat());
    const [candidate, baseline] = lines.map((line) => `\`${sparkline(line, 8, top)}\``);
    rows.push(row('trend', candidate ?? '', hasBaselineLine(facts, looks) ? (baseline ?? '') : '', ''));
  }
  const latency = test === 0 ? latencyCells(facts) : undefined;
  if (latency) rows.push(row('half / 95 % came within', latency[0], latency[1], ''));
  return [...rows, ...oddsRows(facts, test, row), ''];
}

type Row = (name: string, candidate: string, baseline: string, limit: string) => string;

/** Rows that say what the counts prove. After a failure, the rows about a pass and about the smallest visible regression are left out. */
function oddsRows(facts: WatchFacts, test: number, row: Row): string[] {
  const at = facts.tests[test] as WatchTest;
  const own = decidingCounts(facts, test);
  const earlier = own.total < at.candidate.total;
  const byRule = facts.rule !== undefined && facts.rule !== 'evidence';
  const failed = at.failed ?? at.against >= at.actsAt;
  const platform = platformSuspected(facts, at);
  const acts = byRule
    ? `the ${markdownText(facts.rule ?? '', 40)} rule decides`
    : `${failed ? '❌ ' : ''}acts at ${oddsText(at.actsAt)}${!failed && at.against >= at.actsAt ? ', with the row above' : ''}`;
  const rows: string[] = [];
  const breaks = 'odds it breaks the objective';
  if (atFull(facts)) rows.push(row(breaks, oddsText(at.breaks?.candidate ?? at.against), '', acts));
  else if (at.breaks) {
    const old = at.breaks.baseline;
    const both = platform ? `❌ both at ${oddsText(Math.log(platformAt))}: the platform` : '';
    rows.push(row(breaks, oddsText(at.breaks.candidate), old === undefined ? '' : oddsText(old), both));
  }
  if (compared(facts) && at.stream === 'users')
    rows.push(row('odds it is worse than the old one', oddsText(at.against), '', acts));
  const open = !failed && !platform;
  if (open)
    rows.push(
      row(
        `odds it keeps the objective${earlier ? ', since its first traffic' : ''}`,
        oddsText(at.pass),
        '',
        `${at.pass >= Math.log(passAt) ? '✅ ' : ''}proved at ${oddsText(Math.log(passAt))}`,
      ),
    );
  const [low, high] = earlier ? confidenceSequence(own) : at.interval;
  rows.push(row('error rate, 95 % certain', `${percentText(low)} to ${percentText(high)}`, '', ''));
  if (open)
    rows.push(
      row(
        'smallest regression it would see',
        at.detectable === undefined ? 'none' : `${percentText(at.detectable)} (9 times in 10)`,
        '',
        '',
      ),
    );
  return rows;
}
