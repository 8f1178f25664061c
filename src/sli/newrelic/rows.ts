import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { isCount } from '../count.ts';
import { isOnGrid, type Point, type Window } from '../minutes/window.ts';
import type { Nrql } from './nerdgraph.ts';

const malformed = (why: string) =>
  new ReleaseError('response-malformed', { what: `The answer of New Relic cannot be used: ${why}.` });

/** The number `n` of a row. */
export function countOf({ n }: JsonObject, query: string): number {
  // A sum over nothing is null. A row without its number says nothing, which is not the number 0.
  if (n === null) return 0;
  if (typeof n !== 'number' || !Number.isFinite(n)) throw malformed('a count is no number');
  if (isCount(n)) return n;
  throw new CountsUnusable({
    what: `${query} has the value ${Number((n as number).toPrecision(6))}, which is not a number of requests.`,
    fix: 'Count with count(…), or with sum(…) of a metric that holds counts.',
  });
}

/** One number over a window. */
export async function readNumber(
  nrql: Nrql,
  query: string,
  { from, to }: Pick<Window, 'from' | 'to'>,
  signal?: AbortSignal,
): Promise<number> {
  const rows = await nrql(`${query} SINCE ${from} UNTIL ${to}`, signal);
  if (rows.length > 1) throw malformed('it has several rows, but one number was asked for');
  return rows[0] === undefined ? 0 : countOf(rows[0], query);
}

/** The counts of each step of a window. Throws if the steps are not those that were asked for, or if one is missing. */
export async function readSteps(
  nrql: Nrql,
  query: string,
  window: Window,
  signal?: AbortSignal,
): Promise<Point[]> {
  const { from, to, periodSeconds } = window;
  const rows = await nrql(`${query} SINCE ${from} UNTIL ${to} TIMESERIES ${periodSeconds} seconds`, signal);
  const points = rows.map((row): Point => {
    const { beginTimeSeconds: begin, endTimeSeconds: end } = row;
    if (typeof begin !== 'number' || typeof end !== 'number') throw malformed('a row has no times');
    if (end - begin !== periodSeconds || !isOnGrid(begin * 1000, window))
      throw new ReleaseError('counts-unusable', {
        what: `New Relic answered in steps of ${end - begin} s, not in the ${periodSeconds} s that were asked for.`,
        why: 'Then a request cannot be told to be before or after a change of traffic.',
        fix: 'The next look asks again.',
      });
    return { start: begin * 1000, sum: countOf(row, query) };
  });
  const steps = new Set(points.map(({ start }) => start));
  if (points.some(({ start }) => start < from || start >= to) || steps.size < points.length)
    throw malformed('it has steps outside of the window, or a step twice');
  if (steps.size * periodSeconds * 1000 < to - from)
    throw new ReleaseError('counts-partial', {
      what: `New Relic answered only in part: ${steps.size} of ${(to - from) / periodSeconds / 1000} steps.`,
    });
  return points.sort((a, b) => a.start - b.start);
}
