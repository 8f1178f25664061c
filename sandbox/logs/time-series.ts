import { invalidArgument } from '../core/errors.ts';
import { readLabel, type SeriesKey } from './metric-filter.ts';
import type { MetricPoint } from './metrics-store.ts';

export const COUNT = 'run.googleapis.com/request_count';
export const LATENCIES = 'run.googleapis.com/request_latencies';
export const SAMPLE_MS = 60_000;

/** The latency metric has 20 exponential buckets. The first ends at 10 ms, and each is half again as wide as the one before. */
const SCALE = 10;
const GROWTH = 1.5;
const FINITE = 20;

export interface Series {
  key: SeriesKey;
  points: MetricPoint[];
}

export interface Aggregation {
  alignmentMs: number | undefined;
  aligner: string;
  reducer: string;
  groupBy: string[];
}

export function keyOf(metricType: string, project: string, point: MetricPoint): SeriesKey {
  return {
    metricType,
    resourceType: 'cloud_run_revision',
    resourceLabels: {
      project_id: project,
      location: point.location,
      service_name: point.service,
      revision_name: point.revision,
      configuration_name: point.service,
    },
    metricLabels: {
      response_code: String(point.status),
      response_code_class: `${Math.floor(point.status / 100)}xx`,
    },
  };
}

export function group(series: Iterable<Series>, by: (key: SeriesKey) => SeriesKey): Series[] {
  const groups = new Map<string, Series>();
  for (const { key, points } of series) {
    const target = by(key);
    const id = JSON.stringify(target);
    const known = groups.get(id);
    if (known) known.points.push(...points);
    else groups.set(id, { key: target, points: [...points] });
  }
  return [...groups.values()];
}

/** Reduces a key to the labels by which series are grouped. */
export function reduceKey(key: SeriesKey, groupBy: readonly string[]): SeriesKey {
  const kept: SeriesKey = {
    metricType: key.metricType,
    resourceType: key.resourceType,
    resourceLabels: {},
    metricLabels: {},
  };
  for (const path of groupBy) {
    const [root, , name = ''] = path.replaceAll('"', '').split('.');
    const value = readLabel(key, path);
    if (value === undefined || !name) continue;
    (root === 'metric' ? kept.metricLabels : kept.resourceLabels)[name] = value;
  }
  return kept;
}

/** Renders latencies in milliseconds as a google.api.Distribution. */
function distribution(points: readonly MetricPoint[]): Record<string, unknown> {
  const counts = new Array<number>(FINITE + 2).fill(0);
  let sum = 0;
  for (const { milliseconds } of points) {
    sum += milliseconds;
    const index =
      milliseconds < SCALE
        ? 0
        : Math.min(FINITE + 1, 1 + Math.floor(Math.log(milliseconds / SCALE) / Math.log(GROWTH)));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const mean = points.length ? sum / points.length : 0;
  const squares = points.reduce((total, { milliseconds }) => total + (milliseconds - mean) ** 2, 0);
  while (counts.at(-1) === 0) counts.pop();
  return {
    count: String(points.length),
    mean,
    sumOfSquaredDeviation: squares,
    bucketOptions: { exponentialBuckets: { numFiniteBuckets: FINITE, growthFactor: GROWTH, scale: SCALE } },
    bucketCounts: counts.map(String),
  };
}

function percentile(points: readonly MetricPoint[], share: number): number {
  const sorted = points.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** Returns the value of one interval with its type and kind, which depend on the metric and the aligner. */
export function alignedValue(
  metric: string,
  aligner: string,
  points: readonly MetricPoint[],
  milliseconds: number,
): { value: Record<string, unknown>; type: string; kind: string } {
  const share = /^ALIGN_PERCENTILE_(\d+)$/.exec(aligner)?.[1];
  if (share && metric === LATENCIES)
    return {
      value: { doubleValue: percentile(points, share === '05' ? 0.05 : Number(share) / 100) },
      type: 'DOUBLE',
      kind: 'GAUGE',
    };
  const counts = metric !== LATENCIES;
  if (aligner === 'ALIGN_RATE' && counts)
    return { value: { doubleValue: (points.length * 1000) / milliseconds }, type: 'DOUBLE', kind: 'GAUGE' };
  if (!['ALIGN_NONE', 'ALIGN_DELTA', 'ALIGN_SUM'].includes(aligner))
    throw invalidArgument(`The aligner ${aligner} does not fit the metric ${metric}.`);
  const kind = aligner === 'ALIGN_SUM' ? 'GAUGE' : 'DELTA';
  return counts
    ? { value: { int64Value: String(points.length) }, type: 'INT64', kind }
    : { value: { distributionValue: distribution(points) }, type: 'DISTRIBUTION', kind };
}
