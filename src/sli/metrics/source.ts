import { addCounts } from '../../domain/evidence/counts.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { createMonitoringApi, type MonitoringScope } from './monitoring-api.ts';
import { MetricsReader, minuteMs } from './reader.ts';

export interface MonitoringOptions extends MonitoringScope {
  clock: Clock;
}

/**
 * Counts requests from Cloud Run's own metrics. The counts are exact, cover whole minutes and arrive minutes late. Each metric's
 * descriptor says how late. The metrics know only requests that reached a container: the 429 answers that no instance gave are in the
 * logs alone.
 */
export function createMonitoring(options: MonitoringOptions): SliSource {
  const { clock } = options;
  const api = createMonitoringApi(options);
  return {
    name: 'metrics',
    open: (query) => new MetricsReader(query, api, clock),
    async total(query, from, to, signal) {
      const delay = await api.delayOf(query.objectives, signal);
      const end = Math.floor(Math.min(to, clock.now() - delay.ms) / minuteMs) * minuteMs;
      const start = Math.floor(from / minuteMs) * minuteMs;
      const totals: SliTotals = {};
      if (end <= start) return totals;
      for (const objective of query.objectives) {
        const interval = { from: start, to: end, periodSeconds: (end - start) / 1000 };
        const all = await api.buckets({ service: query.service }, interval, objective, signal);
        const buckets = all.filter(({ revision }) => !query.except?.includes(revision));
        if (buckets.length === 0) continue;
        const sum = { total: 0, bad: 0 };
        for (const bucket of buckets) addCounts(sum, bucket);
        totals[objective.id] = sum;
      }
      return totals;
    },
  };
}
