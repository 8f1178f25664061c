import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Window } from '../minutes/window.ts';
import type { Nrql } from './nerdgraph.ts';
import { applicationOf, type CountQuery, hasReservoir } from './query.ts';
import { countOf, readSteps } from './rows.ts';

/**
 * Agents send their events every five seconds, and keep a twelfth of what they may keep in a minute each time
 * (https://docs.newrelic.com/docs/data-apis/understand-data/event-data/new-relic-event-limits-sampling/).
 */
const harvestSeconds = 5;
/** From this part of the limit on nobody can tell whether an agent has begun to drop events. */
const near = 0.8;
/** Of steps of hours only the average is known, and bursts in them may be twice as high. */
const nearOnAverage = near / 2;
/** New Relic gives at most 366 steps. */
const mostSteps = 360;

/** Steps in which a window of weeks is read at once. */
export const coarseSeconds = ({ from, to }: Pick<Window, 'from' | 'to'>): number =>
  Math.max(60, Math.ceil((to - from) / 60_000 / mostSteps) * 60);

/**
 * Throws if an agent came near the limit of its events. Beyond it an agent keeps a sample, and prefers some requests to others, so the
 * fraction of failures in it is not that of the service.
 */
export async function requireWhole(
  nrql: Nrql,
  count: CountQuery,
  service: string,
  {
    reservoir,
    window,
    stepSeconds = harvestSeconds,
    signal,
  }: {
    reservoir: number;
    window: Pick<Window, 'from' | 'to'>;
    stepSeconds?: number;
    signal?: AbortSignal | undefined;
  },
): Promise<void> {
  if (!hasReservoir(count)) return;
  const keeps = (reservoir / 60) * stepSeconds;
  const most = (stepSeconds === harvestSeconds ? near : nearOnAverage) * keeps;
  const mostMs = mostSteps * stepSeconds * 1000;
  const where = applicationOf(count)
    .replace(/=\s*'\$revision'/, `LIKE '${service}-%'`)
    .replaceAll('$service', service);
  const events = `SELECT count(*) AS n FROM ${count.from}${where === '' ? '' : ` WHERE ${where}`}`;
  for (let from = window.from; from < window.to; from += mostMs) {
    const part = { from, to: Math.min(window.to, from + mostMs), periodSeconds: stepSeconds };
    const full = (await readSteps(nrql, events, part, signal)).filter(({ sum }) => sum >= most);
    if (full.length === 0) continue;
    const agents = await byAgent(nrql, events, part, signal);
    for (const { start, sum } of full) {
      const own = agents.get(start) ?? [];
      const known = own.reduce((all, n) => all + n, 0);
      // Events that name no agent may all come from one.
      const largest = Math.max(sum - known, ...own);
      if (largest >= most)
        throw new CountsUnusable({
          what: `One agent of New Relic sent ${largest} events of ${count.from} in ${stepSeconds} s, and an agent keeps at most ${Math.round(keeps)} in that time.`,
          why: 'Near this limit an agent keeps only a sample, so the counts would not be those of the users.',
          fix: 'Count with FROM Metric (apm.service.transaction.duration and apm.service.error.count), which is not sampled. Or raise the limit of the agent (transaction_events.max_samples_stored) and newrelic_reservoir.',
        });
    }
  }
}

/** The counts of each agent, by the start of a step. */
async function byAgent(
  nrql: Nrql,
  events: string,
  { from, to, periodSeconds }: Window,
  signal?: AbortSignal,
): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>();
  const rows = await nrql(
    `${events} FACET realAgentId SINCE ${from} UNTIL ${to} TIMESERIES ${periodSeconds} seconds LIMIT MAX`,
    signal,
  );
  for (const row of rows) {
    const start = Number(row.beginTimeSeconds) * 1000;
    found.set(start, [...(found.get(start) ?? []), countOf(row, events)]);
  }
  return found;
}
