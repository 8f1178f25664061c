import type { PrometheusCounters } from '../../../domain/slo/objective.ts';
import type { Clock } from '../../../steps/ports/clock.ts';
import type { Log } from '../../../steps/ports/log.ts';
import type { SliSource } from '../../../steps/ports/sli.ts';
import { minuteSource } from '../../minutes/source.ts';
import { windowOf } from '../../minutes/window.ts';
import type { PrometheusApi } from '../query-api.ts';
import { LokiCounts } from './counts.ts';

export interface LokiOptions {
  api: PrometheusApi;
  clock: Clock;
  log?: Log | undefined;
  delayMs: number;
  countersOf(objective: string): PrometheusCounters;
  random?: (() => number) | undefined;
}

/**
 * Counts the entries that a service writes for its requests, from Loki. An entry belongs to the minute of its time, and may arrive later:
 * the last minutes are read again.
 */
export function createLoki({ api, clock, log, delayMs, countersOf, random }: LokiOptions): SliSource {
  const counts = new LokiCounts(api, countersOf);
  const { parts, patiently } = minuteSource({
    source: 'prometheus',
    naming: {
      title: 'Loki',
      delayInput: 'prometheus_delay',
      correct: 'let both queries read the same entries',
    },
    ...{ clock, log, random, delayMs },
    note: 'Loki was read more rarely at times, because it limits the queries of all its clients together.',
    read: (query, window, signal) => counts.minutes(query, window, signal),
    probe: (_, { to, periodSeconds }, signal) =>
      api(
        'query_range',
        { query: 'vector(1)', start: `${to / 1000}`, end: `${to / 1000}`, step: `${periodSeconds}` },
        signal,
      ),
  });
  return {
    ...parts,
    async inspect(query, _from, to, signal) {
      const hour = 3_600_000;
      await patiently(() => counts.inspect(query, Math.ceil(to / hour) * hour, signal), signal);
      return [];
    },
    async total(query, from, to, signal) {
      const window = windowOf(from, Math.min(to, clock.now() - delayMs));
      return window ? patiently(() => counts.totals(query, window, signal), signal) : {};
    },
  };
}
