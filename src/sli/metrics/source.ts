import { faultOf } from '../../domain/evidence/answers.ts';
import { addCounts } from '../../domain/evidence/counts.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { CallBudget } from '../quota/call-budget.ts';
import { readTotal, requirePace } from '../quota/patient-read.ts';
import { PatientReader } from '../quota/patient-reader.ts';
import { assumedMs } from './delay.ts';
import { createFieldTotals } from './field-totals.ts';
import { createMonitoringApi, type MonitoringScope } from './monitoring-api.ts';
import { MetricsReader, minuteMs } from './reader.ts';

export interface MonitoringOptions extends MonitoringScope {
  clock: Clock;
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/** Looks a minute. A look asks only if a new minute is complete, so this limit is hardly ever met. */
const looksPerMinute = 30;
/** There is one new bucket a minute, so more than one look a minute gains little. */
const slowest = 1;

/**
 * Counts requests from Cloud Run's own metrics. The counts are exact, cover whole minutes and arrive minutes late. Each metric's
 * descriptor says how late. The metrics know only requests that reached a container. By Google's description, request_count leaves
 * out requests that do not: the 429 answers that no instance gave, and callers whom the front end refused
 * (https://cloud.google.com/monitoring/api/metrics_gcp_p_z, run.googleapis.com/request_count).
 */
export function createMonitoring(options: MonitoringOptions): SliSource {
  const { clock, log } = options;
  const api = createMonitoringApi(options);
  const budget = new CallBudget(clock, looksPerMinute, options.random, slowest);
  return {
    name: 'metrics',
    open: (query) =>
      new PatientReader(new MetricsReader(query, api, clock), {
        clock,
        budget,
        begin: {
          horizon: query.since,
          lagMs: assumedMs,
          cursor: query.cursor ?? new Date(query.since).toISOString(),
          bucketMs: minuteMs,
        },
        note: 'The metrics were read more rarely at times, because other releases or tools use the same quota of time series queries.',
      }),
    async ready({ service }, signal) {
      const to = Math.floor(clock.now() / minuteMs) * minuteMs;
      const interval = { from: to - minuteMs, to, periodSeconds: 60 };
      const objective = { id: 'availability', kind: 'availability' } as const;
      await requirePace({ clock, log, budget, signal }, () =>
        api.buckets({ service }, interval, objective, signal),
      );
    },
    fieldTotal: createFieldTotals(options),
    async total(query, from, to, signal) {
      const patience = { clock, budget, signal };
      const delay = await readTotal(patience, () => api.delayOf(query.objectives, signal));
      const end = Math.floor(Math.min(to, clock.now() - delay.ms) / minuteMs) * minuteMs;
      const start = Math.floor(from / minuteMs) * minuteMs;
      const totals: SliTotals = {};
      if (end <= start) return totals;
      // Metrics do not know what the code logs.
      for (const objective of query.objectives.filter(({ kind }) => kind !== 'log_field')) {
        const interval = { from: start, to: end, periodSeconds: (end - start) / 1000 };
        const all = await readTotal(patience, () =>
          api.buckets({ service: query.service }, interval, objective, signal),
        );
        const buckets = all.filter(({ revision }) => !query.except?.includes(revision));
        if (buckets.length === 0) continue;
        const sum = { total: 0, bad: 0, client: 0 };
        for (const bucket of buckets) {
          addCounts(sum, bucket);
          if (faultOf(Number(bucket.code)) === 'client') sum.client += bucket.total;
        }
        totals[objective.id] = sum;
      }
      return totals;
    },
  };
}
