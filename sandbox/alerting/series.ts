import { notFound } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { parseMetricFilter } from '../logs/metric-filter.ts';
import type { MetricPoint } from '../logs/metrics-store.ts';
import { ingested, type SeriesSelector, seriesOf } from '../logs/monitoring.ts';
import { type SloSelector, sloSelector } from './filters.ts';
import { alerting } from './state.ts';

type Body = Record<string, unknown>;
const part = (value: unknown): Body => (value ?? {}) as Body;

/** How many of the requests of an indicator were there within a time, and how many of them were bad. */
function judged(
  world: World,
  indicator: Body,
  within: (at: number) => boolean,
): { total: number; bad: number } {
  const { goodTotalRatio: ratio, distributionCut: cut } = part(indicator.requestBased) as {
    goodTotalRatio?: Body;
    distributionCut?: Body;
  };
  const matching = (filter: unknown): MetricPoint[] => {
    const { metric, matches } = parseMetricFilter(String(filter));
    return seriesOf(world, metric)
      .filter(({ key }) => matches(key))
      .flatMap(({ points }) => points)
      .filter(({ at }) => within(at) && ingested(world, at));
  };
  if (cut) {
    const { min = 0, max = 0 } = part(cut.range) as { min?: number; max?: number };
    const all = matching(cut.distributionFilter);
    const good = all.filter(
      ({ milliseconds }) => milliseconds >= Number(min) && milliseconds < Number(max),
    ).length;
    return { total: all.length, bad: all.length - good };
  }
  const count = (name: string) => (ratio?.[name] === undefined ? undefined : matching(ratio[name]).length);
  const [good, bad, total] = [
    count('goodServiceFilter'),
    count('badServiceFilter'),
    count('totalServiceFilter'),
  ];
  const all = total ?? (good ?? 0) + (bad ?? 0);
  return { total: all, bad: bad ?? all - (good ?? 0) };
}

/** The series of SLOs: burn rate, what remains of the budget, and compliance, at the end of the interval. */
export function sloSeries(world: World): SeriesSelector {
  const sloValue = ({ what, objective, lookbackSeconds }: SloSelector, to: number): number | undefined => {
    const name = objective.replace(`projects/${world.project}/`, `projects/${world.projectNumber}/`);
    const slo = alerting(world).objectives.get(name);
    if (!slo) throw notFound(`Service level objective ${objective} does not exist.`);
    const seconds = lookbackSeconds ?? Number.parseFloat(String(slo.rollingPeriod));
    const counted = judged(
      world,
      part(slo.serviceLevelIndicator),
      (at) => at > to - seconds * 1000 && at <= to,
    );
    if (counted.total === 0) return undefined;
    const bad = counted.bad / counted.total;
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
