import type { World } from '../core/state.ts';
import { ApiError } from '../core/types.ts';

/** A quota of reads per minute for the whole project. A refused read counts as well. */
export interface ReadQuota {
  service: string;
  /** Google's name of the metric, for people and for programs. */
  title: string;
  metric: string;
  perMinute: number;
  enforced: boolean;
  /** Times of the reads of the last minute. */
  calls: number[];
  /** How many reads were refused so far. */
  refused: number;
}

export const readQuota = (
  given: Pick<ReadQuota, 'service' | 'title' | 'metric' | 'perMinute'>,
): ReadQuota => ({ ...given, enforced: true, calls: [], refused: 0 });

/** Counts a read. Throws Google's 429 if it exceeds the quota. */
export function countRead(world: World, quota: ReadQuota): void {
  const now = world.now();
  quota.calls = quota.calls.filter((at) => at > now - 60_000);
  quota.calls.push(now);
  const { service, title, metric, perMinute } = quota;
  if (!quota.enforced || quota.calls.length <= perMinute) return;
  quota.refused += 1;
  throw new ApiError(
    429,
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for quota metric '${title}' and limit '${title} per minute' of service '${service}' for consumer 'project_number:${world.projectNumber}'.`,
    [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'RATE_LIMIT_EXCEEDED',
        domain: 'googleapis.com',
        metadata: {
          service,
          quota_metric: metric,
          quota_limit_value: String(perMinute),
          consumer: `projects/${world.projectNumber}`,
        },
      },
    ],
  );
}

/** Reads per minute and project: cloud.google.com/logging/quotas. */
export const logReads = (world: World): ReadQuota =>
  world.extension('log reads', () =>
    readQuota({
      service: 'logging.googleapis.com',
      title: 'Read requests',
      metric: 'logging.googleapis.com/read_requests',
      perMinute: 60,
    }),
  );

/**
 * Google publishes no number for Cloud Monitoring, only the console shows it. 180 is what tools of others pace themselves
 * for (docs/understand/unverified.md).
 */
export const metricReads = (world: World): ReadQuota =>
  world.extension('metric reads', () =>
    readQuota({
      service: 'monitoring.googleapis.com',
      title: 'Time series queries',
      metric: 'monitoring.googleapis.com/time_series_queries',
      perMinute: 180,
    }),
  );
