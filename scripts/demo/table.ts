import type { StepResult } from './runner.ts';
import type { Counts } from './traffic.ts';

export interface Ended {
  kind: string;
  title: string;
  expected: string;
  result: StepResult;
  counts: Counts | undefined;
}

interface Sighting {
  from: string;
  until?: string;
  url: string;
}

const width = (text: string) => [...text].length;
const cut = (text: string, most: number) =>
  width(text) > most
    ? `${[...text]
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
    : text;

/** Formats left-aligned columns with a rule below the header. Cuts the last column, so that no line exceeds `most` characters. */
export function columns(rows: readonly (readonly string[])[], most = 120): string {
  const gap = '   ';
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + gap.length, 0);
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) => (column === row.length - 1 ? cut(cell, most - before) : cell));
    return cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd();
  };
  const [head, ...body] = rows.map(line);
  const longest = Math.max(...[head ?? '', ...body].map(width));
  return [head, '─'.repeat(longest), ...body].join('\n');
}

/** Seconds from the first bad answer a caller got to the traffic being back, by the report's own record of changes. */
export function secondsToRestored({ counts, result }: Ended): number | undefined {
  const back = result.report?.actions_taken.findLast(({ kind }) => kind === 'traffic_back');
  if (!counts?.firstBad || !back) return undefined;
  return (Date.parse(back.at) - Date.parse(counts.firstBad)) / 1000;
}

export function table(ended: readonly Ended[], sightings: readonly Sighting[], exposedByUs: boolean): string {
  const rows: string[][] = [['release', 'stage', 'time', 'verdict', 'note']];
  for (const [index, { result }] of ended.entries()) {
    if (!result.report) rows.push([`${index + 1}. no report`, '', '', '', `exit code ${result.code}`]);
    for (const [at, timing] of (result.report?.timings ?? []).entries())
      rows.push([
        at === 0 ? `${index + 1}. ${result.report?.outcome ?? '?'}` : '',
        timing.stage,
        `${timing.seconds.toFixed(1)} s`.padStart(6),
        timing.verdict,
        timing.note ?? '',
      ]);
  }
  const facts: string[] = [];
  for (const [index, one] of ended.entries()) {
    const { counts } = one;
    if (!counts) continue;
    const restored = secondsToRestored(one);
    facts.push(
      `${index + 1}. ${one.result.report?.outcome ?? 'no report'}: ${counts.requests} requests, ${counts.bad} bad answers served` +
        (restored === undefined
          ? '.'
          : `, ${restored.toFixed(1)} s from the first bad answer to the traffic being back.`),
    );
  }
  const reach =
    sightings.length === 0
      ? 'Reachable without a token: never (checked after every write and with every request).'
      : `Reachable without a token: ${sightings.map(({ from, until }) => (until ? `${((Date.parse(until) - Date.parse(from)) / 1000).toFixed(1)} s` : 'still')).join(', ')}${exposedByUs ? ' (opened by this demo, closed by the release before it uploaded anything)' : ''}.`;
  return [columns(rows), '', ...facts, reach].join('\n');
}
