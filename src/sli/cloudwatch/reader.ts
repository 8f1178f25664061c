import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { minutesOf, type ReadMinutes } from '../minutes/reader.ts';
import { type Counters, type Metric, metricsOf, metricText, pointsOf } from './counters.ts';
import type { ReadSums } from './metric-data.ts';

export interface CloudWatchAccess {
  read: ReadSums;
  clock: Clock;
  countersOf(objective: SliObjective): Counters;
  /** The counters of all requests, as texts, that have ever had a point. All readers share them. */
  existing: Set<string>;
}

/** A counter with no point in these days does not exist. Minutes are kept for 15 days. */
const existsDays = 14;
const dayMs = 86_400_000;

/** The revision of every count: CloudWatch counts the whole service. */
const wholeService = '';

/** Reads the minutes of all objectives in one call. */
export function createReadMinutes(access: CloudWatchAccess): ReadMinutes {
  const { read, countersOf, existing } = access;
  return async ({ objectives }, window, signal) => {
    const counters = objectives.map(countersOf);
    const sums = await read(counters.flatMap(metricsOf), window, signal);
    const answers = [];
    let next = 0;
    for (const [index, { id: objective }] of objectives.entries()) {
      const own = counters[index] as Counters;
      const { total } = own;
      const points = sums.slice(next, next + metricsOf(own).length);
      next += points.length;
      if ((points[0]?.length ?? 0) > 0) existing.add(metricText(total));
      else if (!(await counterExists(access, total, signal)))
        throw new ReleaseError('counts-unusable', absentCounter(total));
      answers.push({ objective, revision: wholeService, minutes: minutesOf(pointsOf(own, points)) });
    }
    return answers;
  };
}

/** False if the counter has never had a point: CloudWatch answers a wrong name with nothing, which is not the number 0. */
export async function counterExists(
  { read, clock, existing }: Pick<CloudWatchAccess, 'read' | 'clock' | 'existing'>,
  total: Metric,
  signal?: AbortSignal,
): Promise<boolean> {
  const name = metricText(total);
  if (existing.has(name)) return true;
  const to = Math.floor(clock.now() / dayMs + 1) * dayMs;
  const [points = []] = await read(
    [total],
    { from: to - (existsDays + 1) * dayMs, to, periodSeconds: 86_400 },
    signal,
  );
  if (points.length > 0) existing.add(name);
  return points.length > 0;
}

/** What to say of a counter that has never had a point. */
export const absentCounter = (total: Metric): ErrorParts => ({
  what: `CloudWatch has no point of ${metricText(total)} in the last ${existsDays} days.`,
  why: 'A name, a value or the region is wrong, or nobody has sent a request. CloudWatch answers all of these in the same way.',
  fix: 'Compare cloudwatch_counts and cloudwatch_dimensions (or those in the SLO file) and cloudwatch_region with the console of CloudWatch (Metrics, All metrics). If the service is new, send it one request.',
});
