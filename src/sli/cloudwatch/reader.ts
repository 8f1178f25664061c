import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { minutesOf, type ReadMinutes } from '../minutes/reader.ts';
import { type Counters, type Metric, metricText } from './counters.ts';
import type { ReadSums } from './metric-data.ts';

export interface CloudWatchAccess {
  read: ReadSums;
  clock: Clock;
  countersOf(objective: SliObjective): Counters;
  /** True if the counter of all requests has ever had a point. All readers share this. */
  existing: { known: boolean };
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
    const sums = await read(
      counters.flatMap(({ total, bad }) => [total, ...bad]),
      window,
      signal,
    );
    const answers = [];
    let next = 0;
    for (const [index, { id: objective }] of objectives.entries()) {
      const { total, bad } = counters[index] as Counters;
      const points = sums.slice(next, next + 1 + bad.length);
      next += points.length;
      if ((points[0]?.length ?? 0) > 0) existing.known = true;
      else if (!(await counterExists(access, total, signal)))
        throw new ReleaseError('counts-unusable', absentCounter(total));
      answers.push({ objective, revision: wholeService, minutes: minutesOf(points) });
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
  if (existing.known) return true;
  const to = Math.floor(clock.now() / dayMs + 1) * dayMs;
  const [points = []] = await read(
    [total],
    { from: to - (existsDays + 1) * dayMs, to, periodSeconds: 86_400 },
    signal,
  );
  existing.known = points.length > 0;
  return existing.known;
}

/** What to say of a counter that has never had a point. */
export const absentCounter = (total: Metric): ErrorParts => ({
  what: `CloudWatch has no point of ${metricText(total)} in the last ${existsDays} days.`,
  why: 'A name, a value or the region is wrong, or nobody has sent a request. CloudWatch answers all of these in the same way.',
  fix: 'Compare cloudwatch_counts, cloudwatch_dimensions and cloudwatch_region with the console of CloudWatch (Metrics, All metrics). If the service is new, send it one request.',
});
