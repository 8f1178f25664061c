import type { RunningApi } from '../core/listen.ts';
import type { World } from '../core/state.ts';
import { issuerOf } from '../identity/oidc.ts';
import { repository } from '../identity/seed.ts';
import { type MetricPoint, metricPoints } from '../logs/metrics-store.ts';
import { type Datum, type MetricName, startCloudWatch } from './cloudwatch.ts';

/** The monitoring systems beside the sandbox's Google Cloud. They count the requests that reached its functions. */
export interface Monitors {
  running: RunningApi[];
  /** What a job needs to reach them. */
  env: Record<string, string>;
  aws: Awaited<ReturnType<typeof startCloudWatch>>;
}

const region = 'eu-central-1';
const api = { ApiId: 'a1b2c3d4e5', Stage: 'prod' };
/** A minute of CloudWatch appears about a minute after its end. */
const lagMs = 60_000;

const isBad = ({ status }: MetricPoint) => status >= 500;
const isClient = ({ status }: MetricPoint) => status >= 400 && status < 500;

/** Which requests each metric of an HTTP API counts. */
const counts: Readonly<Record<string, (point: MetricPoint) => boolean>> = {
  Count: () => true,
  '5xx': isBad,
  '4xx': isClient,
};

export async function startMonitors(world: World): Promise<Monitors> {
  const aws = await startCloudWatch({
    region,
    now: () => world.now(),
    kept: (metric) => keptBy(metric, metricPoints(world)),
  });
  const issuer = issuerOf(world);
  aws.identity.providers.set(issuer, ['sts.amazonaws.com']);
  const role = aws.identity.addRole('counts', `repo:${repository}:*`, ['cloudwatch:GetMetricData'], issuer);
  return {
    running: [aws.running],
    aws,
    env: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: region,
      CLOUDWATCH_ROLE: role.arn,
      CLOUDWATCH_DIMENSIONS: Object.entries(api)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    },
  };
}

function* keptBy(
  { namespace, name, dimensions }: MetricName,
  points: readonly MetricPoint[],
): Iterable<Datum> {
  const counted = namespace === 'AWS/ApiGateway' ? counts[name] : undefined;
  const same = Object.keys(dimensions).sort().join() === Object.keys(api).sort().join();
  if (!counted || !same || dimensions.ApiId !== api.ApiId || dimensions.Stage !== api.Stage) return;
  for (const point of points)
    if (counted(point))
      yield { at: point.at, value: 1, visibleAt: Math.ceil(point.at / 60_000) * 60_000 + lagMs };
}
