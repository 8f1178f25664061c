import { notFound } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { parseMetricFilter } from '../logs/metric-filter.ts';
import { type MetricPoint, metricPoints } from '../logs/metrics-store.ts';
import { ingested, type SeriesSelector } from '../logs/monitoring.ts';
import { keyOf } from '../logs/time-series.ts';
import { type SloSelector, sloSelector } from './filters.ts';
import { alerting } from './state.ts';

type Body = Record<string, unknown>;
const part = (value: unknown): Body => (value ?? {}) as Body;

/** Which requests an indicator counts at all, and which of them are good. */
function judges(
  world: World,
  indicator: Body,
): { counts(point: MetricPoint): boolean; good(point: MetricPoint): boolean } {
  const { goodTotalRatio: ratio, distributionCut: cut } = part(indicator.requestBased) as {
    goodTotalRatio?: Body;
    distributionCut?: Body;
  };
  const matching = (filter: unknown) => {
    const { metric, matches } = parseMetricFilter(String(filter));
    return (point: MetricPoint) => matches(keyOf(metric, world.project, point));
  };
  if (cut) {
    const { min = 0, max = 0 } = part(cut.range) as { min?: number; max?: number };
    const counts = matching(cut.distributionFilter);
    return { counts, good: ({ milliseconds }) => milliseconds >= Number(min) && milliseconds < Number(max) };
  }
  const filter = (name: string) => (ratio?.[name] === undefined ? undefined : matching(ratio[name]));
  const [good, bad, total] = [
    filter('goodServiceFilter'),
    filter('badServiceFilter'),
    filter('totalServiceFilter'),
  ];
  return {
    counts: (point) => (total ? total(point) : Boolean(good?.(point) || bad?.(point))),
    good: (point) => (good ? good(point) : !bad?.(point)),
  };
}

/** The series of SLOs: burn rate, what remains of the budget, and compliance, at the end of the interval. */
export function sloSeries(world: World): SeriesSelector {
  const sloValue = ({ what, objective, lookbackSeconds }: SloSelector, to: number): number | undefined => {
    const name = objective.replace(`projects/${world.project}/`, `projects/${world.projectNumber}/`);
    const slo = alerting(world).objectives.get(name);
    if (!slo) throw notFound(`Service level objective ${objective} does not exist.`);
    const seconds = lookbackSeconds ?? Number.parseFloat(String(slo.rollingPeriod));
    const { counts, good } = judges(world, part(slo.serviceLevelIndicator));
    const within = metricPoints(world).filter(
      (point) =>
        point.at > to - seconds * 1000 && point.at <= to && ingested(world, point.at) && counts(point),
    );
    if (within.length === 0) return undefined;
    const bad = within.filter((point) => !good(point)).length / within.length;
    const limit = 1 - Number(slo.goal);
    if (what === 'burn_rate') return bad / limit;
    return what === 'budget_fraction' ? 1 - bad / limit : 1 - bad;
  };
  return (filter, _, to) => {
    const selector = sloSelector(filter, 'filter');
    if (!selector) return undefined;
    const value = sloValue(selector, to);
    const time = new Date(to).toISOString();
    return {
      ...(value === undefined
        ? {}
        : {
            timeSeries: [
              {
                metric: { type: `select_slo_${selector.what}` },
                resource: { type: 'gae_app', labels: { project_id: world.project } },
                ...{ metricKind: 'GAUGE', valueType: 'DOUBLE' },
                points: [{ interval: { startTime: time, endTime: time }, value: { doubleValue: value } }],
              },
            ],
          }),
      unit: '1',
    };
  };
}
