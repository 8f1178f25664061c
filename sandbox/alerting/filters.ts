import { invalidArgument } from '../core/errors.ts';
import { metricTypes } from '../logs/descriptors.ts';
import { parseMetricFilter } from '../logs/metric-filter.ts';

const selector =
  /^select_slo_(burn_rate|budget_fraction|budget|compliance|health|counts)\(\s*"?(projects\/[^/"]+\/services\/[^/"]+\/serviceLevelObjectives\/[^"/,)]+)"?\s*(?:,\s*"?(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)"?\s*)?\)$/;
const seconds: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

export interface SloSelector {
  what: string;
  objective: string;
  lookbackSeconds: number | undefined;
}

/**
 * A time-series selector of an SLO (cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/timeseries-selectors).
 * Undefined for any other filter.
 */
export function sloSelector(filter: string, field: string): SloSelector | undefined {
  if (!filter.trimStart().startsWith('select_slo_')) return undefined;
  const match = selector.exec(filter.trim());
  const bad = (why: string) => invalidArgument(`Field ${field} had an invalid value of "${filter}": ${why}`);
  if (!match) throw bad('The time-series selector could not be parsed.');
  const [, what = '', objective = '', amount, unit = 's'] = match;
  const lookbackSeconds = amount === undefined ? undefined : Number(amount) * (seconds[unit] as number);
  if (what === 'burn_rate') {
    if (lookbackSeconds === undefined) throw bad('select_slo_burn_rate takes an SLO and a lookback period.');
    if (!(lookbackSeconds > 0 && lookbackSeconds <= 86_400))
      throw bad('The lookback period must be at most 24 hours.');
  } else if (lookbackSeconds !== undefined) throw bad(`select_slo_${what} takes no lookback period.`);
  return { what, objective, lookbackSeconds };
}

/** A filter that names exactly one metric type and one resource type. */
export function checkMetricFilter(filter: unknown, field: string, wanted?: 'numbers' | 'distribution'): void {
  if (typeof filter !== 'string' || filter.trim() === '')
    throw invalidArgument(`Field ${field} is required.`);
  const { metric } = parseMetricFilter(filter);
  if (!/\bresource\.type\s*=/.test(filter))
    throw invalidArgument(
      `Field ${field} had an invalid value of "${filter}": must specify a restriction on "resource.type" in the filter; see "https://cloud.google.com/monitoring/api/resources" for a list of available resource types.`,
    );
  const type = metricTypes[metric]?.valueType;
  if (type === undefined || wanted === undefined) return;
  if ((wanted === 'distribution') !== (type === 'DISTRIBUTION'))
    throw invalidArgument(
      `Field ${field} had an invalid value of "${filter}": the metric has the value type ${type}.`,
    );
}
