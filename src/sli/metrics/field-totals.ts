import { type JsonObject, textOf } from '../../domain/data/json.ts';
import { product } from '../../domain/product.ts';
import { type FieldMetric, fieldMetrics, metricTypeOf } from '../../domain/slo/field-metrics.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { explainRefusal } from '../refusal.ts';
import { assumedMs } from './delay.ts';
import { createMonitoringApi, type MonitoringScope } from './monitoring-api.ts';

const minuteMs = 60_000;

/**
 * Reads over weeks what the code logs: as the two metrics of Cloud Logging that `actions/slo` keeps. Entries alone cannot be counted that
 * long, because a project has 60 reads a minute. A metric that counts by another filter than the SLO file says is not read.
 */
export function createFieldTotals({
  clock,
  ...scope
}: MonitoringScope & { clock: Clock }): NonNullable<SliSource['fieldTotal']> {
  const { rest, projectId, member } = scope;
  const api = createMonitoringApi(scope);

  async function definition({ name }: FieldMetric, signal?: AbortSignal): Promise<JsonObject | undefined> {
    try {
      const { status, body } = await rest.call<JsonObject>({
        ...{ api: 'logging', method: 'GET', accept: [404], signal },
        path: `v2/projects/${projectId}/metrics/${encodeURIComponent(name)}`,
        retry: 'metered-read',
        deadlineMs: 20_000,
      });
      return status === 404 ? undefined : body;
    } catch (error) {
      throw explainRefusal(error, {
        counts: 'definitions of metrics by logs',
        ...{ projectId, member, role: 'roles/logging.viewer', service: 'logging.googleapis.com' },
      });
    }
  }

  return async ({ service, objective, except }, from, to, signal) => {
    const metrics = fieldMetrics(service, objective);
    if (!metrics) return { unknown: 'It names no field of the log.' };
    const both = [metrics.judged, metrics.bad];
    const there = await Promise.all(both.map((metric) => definition(metric, signal)));
    let since = from;
    for (const [index, metric] of both.entries()) {
      const problem = problemOf(metric, there[index]);
      if (problem) return { unknown: problem };
      // What it counted before a change was perhaps counted by another filter.
      for (const field of ['createTime', 'updateTime']) {
        const changed = Date.parse(textOf(there[index]?.[field]) ?? '');
        if (changed > since) since = changed;
      }
    }
    const start = Math.ceil(since / minuteMs) * minuteMs;
    const end = Math.floor(Math.min(to, clock.now() - assumedMs) / minuteMs) * minuteMs;
    if (end <= start)
      return { unknown: 'Its metrics were made or changed a few minutes ago, and have counted nothing yet.' };
    const interval = { from: start, to: end, periodSeconds: (end - start) / 1000 };
    const entries = (metric: FieldMetric) =>
      api.entries(metricTypeOf(metric), { service, except }, interval, signal).catch((error: unknown) => {
        // Without a point yet, Cloud Monitoring may not know the metric at all.
        if (error instanceof RemoteError && error.status === 404) return 0;
        throw error;
      });
    const [total, bad] = await Promise.all([entries(metrics.judged), entries(metrics.bad)]);
    return { counts: { total: Math.max(total, bad), bad }, since: start };
  };
}

function problemOf({ name, filter }: FieldMetric, there: JsonObject | undefined): string | undefined {
  if (!there)
    return `No source holds weeks of what the code logs, and the metric ${name}, which would count it, does not exist. ${product}'s action slo makes it: system: cloud-monitoring, mode: apply.`;
  if (there.disabled === true) return `The metric ${name}, which counts it, is switched off.`;
  if (textOf(there.filter) !== filter)
    return `The metric ${name} counts by another filter than the SLO file says. Run the action slo with mode: apply.`;
  return undefined;
}
